import { isUtf8 } from "node:buffer";
import { serializationError } from "../strict-shape.js";

/**
 * Parses a body as RFC 8259 has it: UTF-8 without a byte order mark, one value, nothing after it.
 *
 * @throws ServiceError SerializationException.
 */
export function parseJson(body: Uint8Array): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  // Replacement characters would make two different bodies one.
  if (!isUtf8(bytes)) throw serializationError("The request body is not valid UTF-8.");
  if (bytes.length > unscannedBytesMax && nestedDeeperThan(bytes, nestingMax))
    throw serializationError(`The request is nested deeper than ${nestingMax} levels.`);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    // The engine's message quotes the body; a body may hold secrets and messages are recorded.
    throw serializationError("The request body is not valid JSON.");
  }
}

/**
 * The engine keeps about 50 bytes for each open bracket, so a body of nothing but brackets costs fifty times its size.
 * Below this size that is bearable, and a scan would cost more than it saves on the hot path.
 */
const unscannedBytesMax = 256 * 1024;
const nestingMax = 1_000;

function nestedDeeperThan(bytes: Buffer, max: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (quoted) {
      if (byte === backslash) index++;
      else if (byte === quote) quoted = false;
    } else if (byte === quote) quoted = true;
    else if (byte === openBracket || byte === openBrace) {
      if (++depth > max) return true;
    } else if (byte === closeBracket || byte === closeBrace) depth--;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
