import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Server as NetServer } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tlsOf, type WireRequest } from "../gateway/wire.js";
import type { Certificate } from "../identity/certificate.js";
import { tlsOrLoopback } from "./tls-or-loopback.js";
import type { Serve, Vouched } from "./vouched-call.js";

/** The daemon's own keep-alive; SDKs poll it for sampling rules and targets, unsigned. */
const keepAliveMs = 30_000;
const headersMs = 20_000;
const requestMs = 60_000;
const connectionsMax = 256;

export type DaemonProxy = NetServer & { closeAllConnections(): void };

/**
 * The daemon's TCP port: every request goes on to the X-Ray API in the daemon's name. What a client signed for somebody
 * else is taken off, as AWS's daemon takes it off before it signs anew.
 */
export function daemonProxy(serve: Serve, vouched: Vouched, certificate: Certificate | undefined): DaemonProxy {
  const listener: RequestListener = (incoming, outgoing) => {
    forward(incoming, outgoing, serve, vouched).catch(() => {
      // The client is gone, or the gateway is: there is nobody to tell, or nothing more to say.
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
  };
  if (certificate !== undefined) return tlsOrLoopback(certificate, listener, limit);
  const server = createServer(listener);
  limit(server);
  return server;
}

function limit(server: Server): void {
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.maxConnections = connectionsMax;
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, serve: Serve, vouched: Vouched) {
  const { status, headers, body } = await serve(toWireRequest(incoming, vouched));
  outgoing.writeHead(status, headers);
  if (body instanceof Readable) await pipeline(body, outgoing);
  else outgoing.end(body);
}

function toWireRequest(incoming: IncomingMessage, vouched: Vouched): WireRequest {
  const target = incoming.url ?? "/";
  const question = target.indexOf("?");
  const headers: Record<string, readonly string[] | undefined> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    if (!removedHeaders.has(name)) headers[name] = values;
  return {
    method: incoming.method ?? "GET",
    rawPath: question < 0 ? target : target.slice(0, question),
    rawQuery: question < 0 ? "" : target.slice(question + 1),
    headers,
    body: incoming,
    remoteAddress: incoming.socket.remoteAddress ?? "",
    ...tlsOf(incoming.socket),
    vouched,
  };
}

const removedHeaders = new Set([
  "connection",
  "authorization",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-content-sha256",
  "x-amz-target",
]);
