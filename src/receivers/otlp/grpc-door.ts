import { Readable } from "node:stream";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type { WireRequest, WireResponse } from "../../gateway/wire.js";
import type { Certificate } from "../../identity/certificate.js";
import { decodeRpcStatus } from "../../tracing/otel/trace-messages.js";
import type { Serve, Vouched } from "../vouched-call.js";
import { tracesPath } from "./http-door.js";
import { inSomebodysName, type WithoutCredentials } from "./senders.js";

export interface OtlpGrpcDoor {
  readonly port: number;
  /** Lets open calls finish, then ends; cuts what is still open after `graceMs`. */
  close(): Promise<void>;
}

const closeGraceMs = 5000;
/** Calls of one connection at once; further ones wait at the client. */
const streamsPerConnectionMax = 100;

/** Messages stay bytes: the path for HTTP reads and writes them, so both doors are one. */
const traceService: ServiceDefinition = {
  export: {
    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

/** OTLP over gRPC: each export goes on as a call of the X-Ray API. @throws if the port is taken. */
export async function startOtlpGrpcDoor(options: {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly bodyBytesMax: number;
  readonly serve: Serve;
  readonly vouched: Vouched;
  readonly withoutCredentials: WithoutCredentials;
  readonly certificate?: Certificate | undefined;
}): Promise<OtlpGrpcDoor> {
  const { host, serve, vouched, withoutCredentials } = options;
  const server = new Server({
    "grpc.max_receive_message_length": options.bodyBytesMax,
    "grpc.max_concurrent_streams": streamsPerConnectionMax,
  });
  server.addService(traceService, {
    export(call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) {
      serve(inSomebodysName(wireRequestOf(call, options.certificate !== undefined), withoutCredentials, vouched)).then(
        (response) => answer(response, callback),
        () => callback({ code: status.INTERNAL, details: "The call could not be served." }),
      );
    },
  });
  const shownHost = host.includes(":") ? `[${host}]` : host;
  const port = await new Promise<number>((resolve, reject) => {
    const { certificate } = options;
    const credentials = certificate ? new RenewedCredentials(certificate) : ServerCredentials.createInsecure();
    server.bindAsync(`${shownHost}:${options.port}`, credentials, (problem, bound) =>
      problem ? reject(problem) : resolve(bound),
    );
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.forceShutdown(), closeGraceMs);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

/** The library's own keep the first certificate for good. */
class RenewedCredentials extends ServerCredentials {
  constructor(certificate: Certificate) {
    super({}, certificate.current);
    certificate.onChange((context) => this.updateSecureContextOptions(context));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function wireRequestOf(call: ServerUnaryCall<Buffer, Buffer>, secure: boolean): WireRequest {
  const authorization = call.metadata.get("authorization").map(String);
  const userAgent = call.metadata.get("user-agent").map(String);
  return {
    method: "POST",
    rawPath: tracesPath,
    rawQuery: "",
    headers: {
      host: [call.getHost()],
      "content-type": ["application/x-protobuf"],
      "content-length": [String(call.request.length)],
      ...(authorization.length > 0 && { authorization }),
      ...(userAgent.length > 0 && { "user-agent": userAgent }),
    },
    body: Readable.from([call.request]),
    remoteAddress: addressOf(call.getPeer()),
    ...(secure && { tls: { version: "", cipherSuite: "" } }),
  };
}

/** `127.0.0.1:50000`, `[::1]:50000` */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

function answer({ status: httpStatus, headers, body }: WireResponse, callback: sendUnaryData<Buffer>): void {
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0);
  const metadata = new Metadata();
  const requestId = headers["x-amzn-requestid"];
  if (requestId !== undefined) metadata.set("x-amzn-requestid", requestId);
  if (httpStatus === 200) {
    callback(null, bytes, metadata);
    return;
  }
  const { code, message } = decodeRpcStatus(bytes);
  callback({ code, details: message, metadata });
}
