import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

/**
 * How the bytes of an encrypted blob stand in its file: chunks of 64 KiB (the last one shorter, and there is one even for no
 * bytes), each under AES-256-GCM with its tag behind it. The nonce is the chunk's number and whether it is the last, so a
 * chunk is read at its place alone, and an end that was cut off is missed. The key is made from the object's key and the
 * name of the blob: no two blobs share one, though all parts of an upload share the object's.
 */
const chunkBytes = 64 * 1024;
const tagBytes = 16;
const nonceBytes = 12;
const sealedChunkBytes = chunkBytes + tagBytes;
const keyBytes = 32;
const purpose = "dosimeter object bytes 1";

/** Bytes read from a file or written to it at a time: many chunks, so that the file costs few calls. */
export const stretchBytes = 8 * sealedChunkBytes;

/** The stored bytes are not those that were written. Nothing of the chunk is given out. */
export class ObjectAltered extends Error {
  override readonly name = "ObjectAltered";
}

/** @param objectKey 32 bytes. @param blobName must be unique among all blobs of that key. */
export function blobKey(objectKey: Buffer, blobName: string): Buffer {
  if (objectKey.length !== keyBytes) throw new Error(`the key of an object has ${keyBytes} bytes`);
  return Buffer.from(hkdfSync("sha256", objectKey, blobName, purpose, keyBytes));
}

/** The sealed form of what `body` gives, chunk by chunk; the bytes of a chunk stand in several buffers. */
export async function* sealed(body: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<readonly Buffer[]> {
  let held: readonly Buffer[] | undefined;
  let number = 0;
  for await (const chunk of inChunksOf(chunkBytes, body)) {
    if (held !== undefined) yield sealChunk(key, number++, false, held);
    held = chunk;
  }
  yield sealChunk(key, number, true, held ?? []);
}

/** Where in the file the chunks lie that hold the bytes of a range; all ends inclusive. */
export function sealedRange(range: { readonly first: number; readonly last: number }): { first: number; last: number } {
  return {
    first: Math.floor(range.first / chunkBytes) * sealedChunkBytes,
    last: (Math.floor(range.last / chunkBytes) + 1) * sealedChunkBytes - 1,
  };
}

/**
 * The bytes of a range, from what the file holds at `sealedRange` of it.
 *
 * @param sizeBytes of the whole blob before it was sealed.
 * @throws ObjectAltered, before any byte of an altered chunk is given
 */
export async function* unsealed(
  file: AsyncIterable<Buffer>,
  key: Buffer,
  sizeBytes: number,
  { first, last }: { readonly first: number; readonly last: number },
): AsyncGenerator<Buffer> {
  const lastChunk = Math.max(0, Math.ceil(sizeBytes / chunkBytes) - 1);
  let number = Math.floor(first / chunkBytes);
  for await (const chunk of inChunksOf(sealedChunkBytes, file)) {
    const start = number * chunkBytes;
    const whole = chunk.length === 1 ? chunk[0]! : Buffer.concat(chunk);
    const plain = openChunk(key, number, number === lastChunk, whole);
    yield plain.subarray(Math.max(0, first - start), last + 1 - start);
    number += 1;
  }
  if (number !== Math.floor(last / chunkBytes) + 1)
    throw new ObjectAltered("the end of an encrypted object is missing");
}

function sealChunk(key: Buffer, number: number, isLast: boolean, plain: readonly Buffer[]): Buffer[] {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number, isLast), { authTagLength: tagBytes });
  const encrypted = plain.map((piece) => cipher.update(piece));
  return [...encrypted, cipher.final(), cipher.getAuthTag()];
}

function openChunk(key: Buffer, number: number, isLast: boolean, chunk: Buffer): Buffer {
  if (chunk.length < tagBytes) throw new ObjectAltered("a chunk of an encrypted object is cut");
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number, isLast), { authTagLength: tagBytes });
  decipher.setAuthTag(chunk.subarray(-tagBytes));
  try {
    const plain = decipher.update(chunk.subarray(0, -tagBytes));
    decipher.final();
    return plain;
  } catch (cause) {
    throw new ObjectAltered("a chunk of an encrypted object does not match its tag", { cause });
  }
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeUInt32BE(number, nonceBytes - 5);
  nonce[nonceBytes - 1] = isLast ? 1 : 0;
  return nonce;
}

/** The same bytes in chunks, each in the buffers it came in: nothing is copied. Only the last may be shorter; none is empty. */
async function* inChunksOf(bytes: number, source: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let chunk: Buffer[] = [];
  let missing = bytes;
  for await (let piece of source) {
    while (piece.length >= missing) {
      chunk.push(piece.subarray(0, missing));
      yield chunk;
      piece = piece.subarray(missing);
      chunk = [];
      missing = bytes;
    }
    if (piece.length > 0) {
      chunk.push(piece);
      missing -= piece.length;
    }
  }
  if (chunk.length > 0) yield chunk;
}
