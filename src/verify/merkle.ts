import { createHash } from "node:crypto";

/**
 * Proofs of a Merkle tree, as one who has only a signed root checks them: by the bits of the leaf's place.
 * Source: RFC 9162, sections 2.1.1, 2.1.3.2 and 2.1.4.2. Written apart from what makes the proofs.
 */
export function hashLeaf(data: Uint8Array): Buffer {
  return createHash("sha256").update(Buffer.of(0x00)).update(data).digest();
}

function hashChildren(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(Buffer.of(0x01)).update(left).update(right).digest();
}

/** Root that a leaf has if the path is right. Undefined: no tree of that size has such a path. */
export function rootFromInclusion(
  leaf: Uint8Array,
  index: bigint,
  size: bigint,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index >= size) return undefined;
  let fn = index;
  let sn = size - 1n;
  let root = leaf;
  for (const beside of path) {
    if (sn === 0n) return undefined;
    if (fn % 2n === 1n || fn === sn) {
      root = hashChildren(beside, root);
      while (fn % 2n === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      root = hashChildren(root, beside);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n ? root : undefined;
}

/** Whether a tree with `newRoot` begins with the one of `oldRoot`. */
export function growthHolds(
  older: { readonly size: bigint; readonly root: Uint8Array },
  newer: { readonly size: bigint; readonly root: Uint8Array },
  path: readonly Uint8Array[],
): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return path.length === 0 && same(older.root, newer.root);
  // Every tree begins with the empty one, whose root everybody knows.
  if (older.size === 0n) return path.length === 0 && same(older.root, createHash("sha256").digest());
  const isFull = (older.size & (older.size - 1n)) === 0n;
  const [first, ...rest] = isFull ? [older.root, ...path] : path;
  if (first === undefined || rest.length === 0) return false;
  let fn = older.size - 1n;
  let sn = newer.size - 1n;
  while (fn % 2n === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let oldRoot = first;
  let newRoot = first;
  for (const beside of rest) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      oldRoot = hashChildren(beside, oldRoot);
      newRoot = hashChildren(beside, newRoot);
      while (fn % 2n === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      newRoot = hashChildren(newRoot, beside);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(oldRoot, older.root) && same(newRoot, newer.root);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
