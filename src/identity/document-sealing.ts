import { createCipheriv, createDecipheriv } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Environment } from "../environment.js";
import { joinedDocuments } from "../storage/document-batch.js";
import type { Scope } from "../storage/scope.js";
import type { DocumentPlace, SealedBatch, Sealer } from "../storage/sealed-traces.js";
import type { SegmentRow } from "../storage/trace-store.js";
import type { DataKey } from "./data-keys.js";

/**
 * A ciphertext is the data key as KMS encrypted it (base64url), a dot, and in base64 a nonce (12 bytes), a tag (16), and
 * under AES-256-GCM a byte that says how the rest is packed, and that.
 */
const nonceBytes = 12;
const tagBytes = 16;
const packed = { plain: Buffer.of(0), deflated: Buffer.of(1) };

/**
 * Documents of so many bytes are encrypted together: some hundreds. Who reads one of them decrypts all, which takes half a
 * millisecond. A document alone may be larger.
 */
export const batchBytesMax = 256 * 1024;
/** Below this packing takes longer than it saves: a tenth of a millisecond, of which most is setting it up. */
const packedBytesMin = 2 * 1024;
/** Of an authenticated text, whatever it says of itself: a batch, and room for what stands before each document. */
const openedBytesMax = 4 * batchBytesMax;
const dayMs = 86_400_000;

export type BatchName = Pick<SealedBatch, "batchId" | "generation">;

/** The documents of some rows, which were together within `batchBytesMax`, as one text: what a batch holds. */
export interface NewBatch {
  readonly batch: SealedBatch;
  readonly content: Buffer;
}

/**
 * Encrypts under one data key, for one scope.
 *
 * @param onSealed is told what was encrypted.
 */
export function sealerFor(
  scope: Scope,
  dataKey: DataKey,
  ids: Environment["ids"],
  onSealed: (made: NewBatch) => void,
): Sealer {
  return {
    seal(rows) {
      const batches: SealedBatch[] = [];
      const places: DocumentPlace[] = [];
      for (const together of divided(rows)) {
        const content = joinedDocuments(together);
        const receivedMs = Math.max(...together.map((row) => row.receivedMs));
        const seconds = Math.floor(receivedMs / 1000) % 2 ** 32;
        const batchId = `0-${seconds.toString(16).padStart(8, "0")}-${ids.bytes(8).toString("hex")}`;
        const batch = sealedBatch({ scope, dataKey, ids, batchId, receivedMs, content });
        batches.push(batch);
        onSealed({ batch, content });
        for (let place = 0; place < together.length; place++) places.push({ batchId, place });
      }
      return { batches, places };
    },
  };
}

/** How many batches the documents are at most, whichever others come between them. */
export function batchesMax(rows: readonly SegmentRow[]): number {
  let length = 0;
  for (const { document } of rows) length += document.length;
  return 1 + Math.ceil((2 * 3 * length) / batchBytesMax);
}

/** Days apart, as retention drops a day as a whole. */
function* divided(rows: readonly SegmentRow[]): Generator<readonly SegmentRow[]> {
  let together: SegmentRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const more = Buffer.byteLength(row.document);
    const isOfDay = together.length === 0 || dayOf(row) === dayOf(together[0]!);
    if (together.length > 0 && (bytes + more > batchBytesMax || !isOfDay)) {
      yield together;
      [together, bytes] = [[], 0];
    }
    together.push(row);
    bytes += more;
  }
  if (together.length > 0) yield together;
}

function dayOf({ receivedMs }: SegmentRow): number {
  return Math.floor(receivedMs / dayMs);
}

/** A batch under a name of its own: `batchId`, and a generation that nothing had. */
export function sealedBatch(parts: {
  readonly scope: Scope;
  readonly dataKey: DataKey;
  readonly ids: Environment["ids"];
  readonly batchId: string;
  readonly receivedMs: number;
  readonly content: Buffer;
}): SealedBatch {
  const { scope, dataKey, ids, batchId, receivedMs, content } = parts;
  const generation = ids.bytes(8).toString("hex");
  const nonce = ids.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", dataKey.plain, nonce, { authTagLength: tagBytes });
  cipher.setAAD(contextOf(scope, { batchId, generation }, dataKey.wrapped));
  const encrypted =
    content.length < packedBytesMin
      ? [cipher.update(packed.plain), cipher.update(content)]
      : [cipher.update(packed.deflated), cipher.update(deflateRawSync(content, { level: 1 }))];
  cipher.final();
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), ...encrypted]);
  return { batchId, generation, receivedMs, ciphertext: `${dataKey.wrapped}.${sealed.toString("base64")}` };
}

/** The data key of a batch, as KMS encrypted it. */
export function wrappedKeyOf({ ciphertext }: SealedBatch): string {
  return ciphertext.slice(0, ciphertext.indexOf("."));
}

/** @throws Error if anything was altered, or moved to another batch, account or region. */
export function openedBatch(scope: Scope, batch: SealedBatch, plainKey: Buffer): Buffer {
  const wrapped = wrappedKeyOf(batch);
  const sealed = Buffer.from(batch.ciphertext.slice(wrapped.length + 1), "base64");
  const decipher = createDecipheriv("aes-256-gcm", plainKey, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(contextOf(scope, batch, wrapped));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const opened = decipher.update(sealed.subarray(nonceBytes + tagBytes));
  decipher.final();
  const content = opened.subarray(1);
  return opened[0] === packed.plain[0] ? content : inflateRawSync(content, { maxOutputLength: openedBytesMax });
}

function contextOf({ accountId, region }: Scope, { batchId, generation }: BatchName, wrappedKey: string): Buffer {
  return Buffer.from([accountId, region, batchId, generation, wrappedKey].join("\0"));
}
