import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Certificate } from "../identity/certificate.js";
import { tlsOf, type WireRequest, type WireResponse } from "./wire.js";

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly connectionsMax: number;
  readonly serve: (request: WireRequest) => Promise<WireResponse>;
  /** Paths that are no API's, answered before anything else: `/healthz`, `/readyz`, `/metrics`. GET and HEAD only. */
  readonly pages?: Readonly<Record<string, () => WireResponse | Promise<WireResponse>>>;
  /** Files of the console and certificates, likewise. Undefined: not one of them, so an API answers. */
  readonly files?: (rawPath: string, rawQuery: string, headers: IncomingHttpHeaders) => Page | Promise<Page>;
  /** Set on every request by a door that vouches for its callers; never for the public port. */
  readonly vouched?: WireRequest["vouched"];
  /** The port speaks TLS with it, and nothing else. */
  readonly certificate?: Certificate | undefined;
  readonly log: (message: string, cause: unknown) => void;
}

type Page = WireResponse | undefined;

export interface RunningHttpServer {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets open calls finish, and cuts what is still open after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

const headerBytesMax = 64 * 1024;
const headersTimeoutMs = 30_000;
/** A whole request, with the upload of a large object. */
const requestTimeoutMs = 15 * 60_000;
/** Longer than the idle time of clients' and load balancers' pools (60 s), so that they close first. */
const keepAliveTimeoutMs = 65_000;
const drainGraceMs = 25_000;
/** After a refusal, how much of an unread body is thrown away so that the client gets to read the answer. */
const lingerBytesMax = 16 * 1024 * 1024;
const lingerMsMax = 2_000;

/** The one HTTP port: turns Node's requests into wire requests and wire responses into Node's. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  let draining = false;
  const handle = (message: IncomingMessage, response: ServerResponse) => {
    answer(message, response, options, () => draining).catch((cause) => {
      options.log("A reply could not be sent.", cause);
      response.destroy();
    });
  };
  const server = serverOf(options.certificate, handle);
  // 100 Continue is sent when somebody begins to read the body: a request refused by its headers never gets it.
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
    message.once("resume", () => {
      if (!response.headersSent) response.writeContinue();
    });
    handle(message, response);
  });
  server.maxConnections = options.connectionsMax;
  server.maxHeadersCount = 0;
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveTimeoutMs;
  await listen(server, options);
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    close: (graceMs = drainGraceMs) => {
      draining = true;
      return drain(server, graceMs);
    },
  };
}

function serverOf(certificate: Certificate | undefined, handle: RequestListener): Server {
  const settings = { maxHeaderSize: headerBytesMax, keepAlive: true, noDelay: true };
  if (certificate === undefined) return createServer(settings, handle);
  const server = createTlsServer({ ...settings, ...certificate.current }, handle);
  certificate.onChange((context) => server.setSecureContext(context));
  return server;
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function drain(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
  draining: () => boolean,
): Promise<void> {
  const url = message.url ?? "/";
  const question = url.indexOf("?");
  const rawPath = question === -1 ? url : url.slice(0, question);
  const rawQuery = question === -1 ? "" : url.slice(question + 1);
  const wire =
    (isReading(message.method) ? await pageOf(options, rawPath, rawQuery, message.headers) : undefined) ??
    (await options.serve({
      method: message.method ?? "",
      rawPath,
      rawQuery,
      headers: headersOf(message.rawHeaders),
      body: message,
      remoteAddress: message.socket.remoteAddress ?? "",
      ...tlsOf(message.socket),
      ...(options.vouched === undefined ? {} : { vouched: options.vouched }),
    }));
  if (draining()) response.shouldKeepAlive = false;
  await send(message, response, wire);
}

function pageOf(
  { pages, files }: HttpServerOptions,
  rawPath: string,
  rawQuery: string,
  headers: IncomingHttpHeaders,
): Page | Promise<Page> {
  if (pages !== undefined && Object.hasOwn(pages, rawPath)) return pages[rawPath]?.();
  return files?.(rawPath, rawQuery, headers);
}

function isReading(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD";
}

/** Every value of every header, in order: what Node joins or drops could be read in two ways. */
function headersOf(rawHeaders: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const values = headers[name];
    if (values === undefined) headers[name] = [rawHeaders[index + 1] as string];
    else values.push(rawHeaders[index + 1] as string);
  }
  return headers;
}

async function send(message: IncomingMessage, response: ServerResponse, wire: WireResponse): Promise<void> {
  const unread = !message.complete;
  if (unread) response.shouldKeepAlive = false;
  const headers: Record<string, string> = { ...wire.headers };
  // RFC 9110 8.6: these two have no body and no length of one.
  if (wire.status === 204 || wire.status === 304) delete headers["content-length"];
  else if (!(wire.body instanceof Readable) && message.method !== "HEAD")
    headers["content-length"] ??= String(Buffer.byteLength(wire.body));
  response.writeHead(wire.status, headers);
  if (wire.body instanceof Readable) {
    if (message.method === "HEAD") {
      wire.body.destroy();
      response.end();
      return;
    }
    // A failure in the middle cuts the connection: the client sees a body shorter than its length.
    await pipeline(wire.body, response);
    return;
  }
  if (!unread) {
    response.end(wire.body);
    return;
  }
  // The answer and the end of our side at once, so that the client need not wait for what is thrown away.
  response.write(wire.body.length === 0 ? "" : wire.body);
  response.flushHeaders();
  message.socket.end();
  await linger(message);
  message.socket.destroy();
}

/** Throws away what still comes, within bounds: closing at once would reset the connection under the answer. */
function linger(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const stop = () => {
      clearTimeout(timer);
      message.off("data", count);
      resolve();
    };
    const count = (part: Buffer) => {
      bytes += part.length;
      if (bytes > lingerBytesMax) stop();
    };
    const timer = setTimeout(stop, lingerMsMax);
    message.on("data", count);
    message.once("end", stop);
    message.once("close", stop);
    message.once("error", stop);
    message.resume();
  });
}
