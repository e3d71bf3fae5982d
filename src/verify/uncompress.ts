import { createHash } from "node:crypto";
import { createGunzip, gunzipSync } from "node:zlib";

/** A log file has 50 MB at most, and a digest of very many files less. What is larger is hashed in a stream, unread. */
export const textBytesMax = 64 * 1024 * 1024;
/** A few bytes can grow to any size: more than this is not one of ours. */
const uncompressedBytesMax = 4 * 1024 ** 3;

/** What is in a gzip object. */
export interface Uncompressed {
  /** Hex. */
  readonly sha256: string;
  /** Undefined where it is larger than `textBytesMax`. */
  readonly text?: Buffer;
}

/**
 * The text of a gzip object and its hash. Exactly one member with nothing behind it: whatever follows would be read by
 * some tools and not by others. @throws Error if it is anything else.
 */
export async function uncompress(bytes: Buffer): Promise<Uncompressed> {
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = gunzipSync(bytes, { info: true, maxOutputLength: textBytesMax }) as unknown as typeof result;
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw reason;
    return { sha256: await hashOfStream(bytes) };
  }
  const { buffer: text, engine } = result;
  checkOneMember(bytes, engine.bytesWritten, text.length);
  return { sha256: createHash("sha256").update(text).digest("hex"), text };
}

async function hashOfStream(bytes: Buffer): Promise<string> {
  const gunzip = createGunzip();
  const hash = createHash("sha256");
  let length = 0;
  gunzip.end(bytes);
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > uncompressedBytesMax) throw new Error(`more than ${uncompressedBytesMax} bytes uncompressed`);
    hash.update(chunk);
  }
  checkOneMember(bytes, gunzip.bytesWritten, length);
  return hash.digest("hex");
}

function checkOneMember(bytes: Buffer, readBytes: number, length: number): void {
  if (readBytes !== bytes.length) throw new Error("data after the end of the compressed stream");
  // A second member would have been read along. The last four bytes tell the length of the last one.
  if (bytes.length >= 18 && bytes.readUInt32LE(bytes.length - 4) !== length % 2 ** 32)
    throw new Error("more than one compressed member");
}
