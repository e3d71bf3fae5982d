import { Readable } from "node:stream";
import type { ObjectFacts } from "./object-store.js";

export const plainFacts: ObjectFacts = {
  headers: { "content-type": "text/plain" },
  metadata: {},
  tags: {},
  checksums: {},
};

export function bodyOf(text: string | Buffer): Readable {
  return Readable.from([Buffer.from(text)], { objectMode: false });
}

export async function streamBytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
