import { Readable } from "node:stream";
import type { WireRequest, WireResponse } from "../gateway/wire.js";
import type { Caller } from "../identity/caller.js";

/** The one function that serves every call; it authorises and records these like any other. */
export type Serve = (request: WireRequest) => Promise<WireResponse>;

/** In whose name a door calls: whoever reaches the door acts as this caller. */
export interface Vouched {
  readonly caller: Caller;
  readonly region: string;
}

/** What the embedded daemon calls itself in the record of its calls. */
const userAgent = "xray-daemon/dosimeter";

/** A call that the daemon makes of its own, without a client's HTTP request behind it. */
export function vouchedCall(
  path: string,
  body: string,
  vouched: Vouched,
  remoteAddress: string,
  nowMs: number,
): WireRequest {
  const bytes = Buffer.from(body);
  return {
    method: "POST",
    rawPath: path,
    rawQuery: "",
    headers: {
      host: [`xray.${vouched.region}.amazonaws.com`],
      "content-type": ["application/json"],
      "content-length": [String(bytes.length)],
      "user-agent": [userAgent],
      "x-amzn-xray-timestamp": [(nowMs / 1000).toFixed(9)],
    },
    body: Readable.from([bytes]),
    remoteAddress,
    vouched,
  };
}

/** The body of an answer as text. */
export async function textOf(body: WireResponse["body"]): Promise<string> {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
