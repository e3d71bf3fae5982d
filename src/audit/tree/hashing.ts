import { createHash } from "node:crypto";
import type { TreeLeaf } from "../../storage/tree-store.js";

/**
 * The hashes of a Merkle tree. The first byte tells leaves from inner nodes, so that one can never be taken for the other.
 * Source: RFC 6962, section 2.1.
 */
export function leafHash(data: string | Uint8Array): Buffer {
  return createHash("sha256").update(leafPrefix).update(data).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const joined = Buffer.allocUnsafe(65);
  joined[0] = 1;
  joined.set(left, 1);
  joined.set(right, 33);
  return createHash("sha256").update(joined).digest();
}

const leafPrefix = Uint8Array.of(0);

/** Root of the tree without leaves. */
export const emptyRoot = createHash("sha256").digest();

/**
 * What a leaf commits to: four lines. Not the record but its hash, so that the record can be erased and the leaf still be
 * shown. The id in the record is random, so its hash tells nothing to who does not have it.
 */
export function leafData({ accountId, eventId, recordSha256 }: TreeLeaf): string {
  return `dosimeter.record/1\n${accountId}\n${eventId}\n${recordSha256}\n`;
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Folds full subtrees, largest first, into the hash of the tree they are. */
export function foldSubtrees(hashes: readonly Uint8Array[]): Buffer {
  let root: Uint8Array | undefined;
  for (const hash of hashes.toReversed()) root = root === undefined ? hash : nodeHash(hash, root);
  return Buffer.from(root ?? emptyRoot);
}
