import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ServiceError } from "../services/service-error.js";
import { bodyTooLarge } from "./front-end-errors.js";
import type { WireRequest } from "./wire.js";

/** @throws ServiceError if the request says itself that its body is too large: nothing of it is read then. */
export function refuseDeclaredLength(request: WireRequest, bytesMax: number): void {
  const lengths = request.headers["content-length"];
  if (lengths !== undefined && Number(lengths[0]) > bytesMax) throw bodyTooLarge(bytesMax);
}

/** Reads a body into memory. @throws ServiceError as soon as it is known to be too large, or when it breaks off. */
export async function readWhole(body: Readable, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const stop = (error: ServiceError) => {
      body.off("data", take);
      body.pause();
      reject(error);
    };
    const take = (part: Buffer) => {
      length += part.length;
      if (length > bytesMax) stop(bodyTooLarge(bytesMax));
      else parts.push(part);
    };
    body.on("data", take);
    body.once("end", () => resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length)));
    body.once("error", (cause) => stop(cause instanceof ServiceError ? cause : brokenOff(cause)));
    body.once("close", () => {
      if (!body.readableEnded) stop(brokenOff(undefined));
    });
  });
}

function brokenOff(cause: unknown): ServiceError {
  return new ServiceError("IncompleteBody", "The request body ended before its declared length.", { cause });
}

const gunzipped = promisify(gunzip);

/** Undoes `Content-Encoding: gzip`, up to the same limit: a small body may not become a huge one. */
export async function decompress(request: WireRequest, body: Buffer, bytesMax: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"]?.join(",").trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity" || body.length === 0) return body;
  if (encoding !== "gzip")
    throw new ServiceError("UnsupportedMediaTypeException", "The only content encoding of requests is gzip.", {
      httpStatus: 415,
    });
  try {
    return await gunzipped(body, { maxOutputLength: bytesMax });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge(bytesMax);
    throw new ServiceError("SerializationException", "The request body is not valid gzip.", { cause });
  }
}
