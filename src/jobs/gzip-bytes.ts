import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** One gzip member of a text in UTF-8. */
export async function gzipBytes(text: string): Promise<Buffer> {
  return compress(Buffer.from(text));
}
