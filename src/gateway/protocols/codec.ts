import type { Readable } from "node:stream";
import type { AnyOperation, Service } from "../../services/operation.js";
import type { ServiceError } from "../../services/service-error.js";
import type { QueryParameters } from "../query-parameters.js";
import type { WireRequest, WireResponse } from "../wire.js";
import type { OperationShape } from "./shape.js";

/** What a codec reads an input from. */
export interface ReadableRequest {
  readonly request: WireRequest;
  readonly query: QueryParameters;
  /** Parts of the path (and, for S3, of the host) that the route took out: `Bucket`, `Key`. */
  readonly labels: Readonly<Record<string, string>>;
  /** The body, decompressed; empty where `stream` is given. */
  readonly body: Buffer;
  /** The checked bytes of an object, for operations that stream; fails if a check does. */
  readonly stream?: Readable;
  /** Length of `stream`, where the caller declared it. */
  readonly streamLength?: number;
}

/** What a reply says about the call. */
export interface ReplyFacts {
  readonly requestId: string;
  /** As sent; shown in S3's errors. */
  readonly rawPath: string;
  /** Of the request, as sent. */
  readonly contentType?: string | undefined;
}

/** Reads and writes one operation, compiled when the process starts. */
export interface Codec {
  /** @throws ServiceError for whatever is not of the operation's shape. */
  parse(from: ReadableRequest): unknown;
  answer(output: unknown, facts: ReplyFacts): WireResponse;
  /** True if the body is an object's bytes, which are not read into memory. */
  readonly streamsBody: boolean;
}

/** One of AWS's wire protocols. */
export interface WireProtocol {
  compile(operation: OperationShape, service: Service, mendedBody?: AnyOperation["mendedBody"]): Codec;
  refuse(error: ServiceError, service: ErrorNames, facts: ReplyFacts): WireResponse;
}

/** What is needed of a service to spell its errors: an unknown service has neither. */
export type ErrorNames = Pick<Service, "sdk" | "xmlNamespace">;

export function reply(status: number, headers: Record<string, string>, body: string | Uint8Array): WireResponse {
  headers["content-length"] = String(Buffer.byteLength(body));
  return { status, headers, body };
}
