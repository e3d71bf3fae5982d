import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Caller } from "../identity/caller.js";

/** A request as it came in, before anything of it is believed. */
export interface WireRequest {
  readonly method: string;
  /** As sent: percent-encoding untouched, without the query. */
  readonly rawPath: string;
  /** As sent, without `?`; empty if there is none. */
  readonly rawQuery: string;
  /** Lower-case names; every value in order, as sent. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  readonly body: Readable;
  readonly remoteAddress: string;
  readonly tls?: { readonly version: string; readonly cipherSuite: string };
  /** Set by a door that vouches for its caller (the daemon port), never by the HTTP listener. */
  readonly vouched?: { readonly caller: Caller; readonly region: string };
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream only for S3 objects. */
  readonly body: Uint8Array | string | Readable;
}

/** What protects the connection of a request. */
export function tlsOf(socket: Socket): Pick<WireRequest, "tls"> {
  const { getProtocol, getCipher } = socket as Partial<import("node:tls").TLSSocket>;
  if (getProtocol === undefined || getCipher === undefined) return {};
  return { tls: { version: getProtocol.call(socket) ?? "", cipherSuite: getCipher.call(socket).standardName } };
}
