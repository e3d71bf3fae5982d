import type { TreeSpan, TreeStore } from "../../storage/tree-store.js";
import { tileHeight } from "./frontier.js";
import { foldSubtrees, leafData, leafHash, nodeHash } from "./hashing.js";

/** Leaves `from <= index < until` as one tree of their own. */
interface Range {
  readonly from: number;
  readonly until: number;
}

/** A full subtree: 2 ** height leaves, the `index`th of its height. */
interface Subtree {
  readonly height: number;
  readonly index: number;
}

/**
 * The hashes beside the way from a leaf to the root of the tree of the first `size` leaves, the leaf's own neighbour first.
 * Source: RFC 6962, section 2.1.1.
 */
export function inclusionProof(store: TreeStore, index: number, size: number): Promise<Buffer[]> {
  const beside: Range[] = [];
  for (let from = 0, until = size; until - from > 1; ) {
    const middle = from + leftSize(until - from);
    if (index < middle) {
      beside.push({ from: middle, until });
      until = middle;
    } else {
      beside.push({ from, until: middle });
      from = middle;
    }
  }
  return hashesOf(store, beside.reverse());
}

/** Shows that the tree of `size` leaves begins with that of `oldSize`. Source: RFC 6962, section 2.1.2. */
export function consistencyProof(store: TreeStore, oldSize: number, size: number): Promise<Buffer[]> {
  if (oldSize === 0 || oldSize === size) return Promise.resolve([]);
  const beside: Range[] = [];
  let from = 0;
  let until = size;
  while (until !== oldSize) {
    const middle = from + leftSize(until - from);
    if (oldSize <= middle) {
      beside.push({ from: middle, until });
      until = middle;
    } else {
      beside.push({ from, until: middle });
      from = middle;
    }
  }
  // The old tree itself is known to who asks.
  if (from > 0) beside.push({ from, until });
  return hashesOf(store, beside.reverse());
}

/** Root of the tree of the first `size` leaves. */
export async function rootAt(store: TreeStore, size: number): Promise<Buffer> {
  if (size === 0) return foldSubtrees([]);
  const [root] = await hashesOf(store, [{ from: 0, until: size }]);
  return root!;
}

/** The largest power of two below a number of leaves. */
function leftSize(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** Largest first. `from` is a multiple of every one's size, as it is in a proof. */
function subtreesOf({ from, until }: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let start = from; start < until; ) {
    let height = 0;
    while (start + 2 ** (height + 1) <= until) height++;
    subtrees.push({ height, index: start / 2 ** height });
    start += 2 ** height;
  }
  return subtrees;
}

async function hashesOf(store: TreeStore, ranges: readonly Range[]): Promise<Buffer[]> {
  const wanted = ranges.map(subtreesOf);
  const entries = await entriesFor(store, wanted.flat());
  return wanted.map((subtrees) => foldSubtrees(subtrees.map((subtree) => hashOf(subtree, entries))));
}

/** Entries of tiles that make up the subtrees, by level and index. */
async function entriesFor(store: TreeStore, subtrees: readonly Subtree[]): Promise<Map<string, Buffer>> {
  const spans = subtrees.map(spanOf);
  const entries = new Map<string, Buffer>();
  const ofLeaves = spans.filter(({ level }) => level === 0);
  const [nodes, ...leaves] = await Promise.all([
    store.nodes(spans.filter((span) => span.level > 0)),
    ...joined(ofLeaves).map((span) => store.leaves(span)),
  ]);
  for (const leaf of leaves.flat()) entries.set(`0/${leaf.index}`, leafHash(leafData(leaf)));
  for (const { level, index, hash } of nodes) entries.set(`${level}/${index}`, Buffer.from(hash, "hex"));
  return entries;
}

function spanOf({ height, index }: Subtree): TreeSpan {
  const level = Math.floor(height / tileHeight);
  const entries = 2 ** (height % tileHeight);
  return { level, from: index * entries, until: (index + 1) * entries };
}

/** Spans that touch are read at once. */
function joined(spans: readonly TreeSpan[]): TreeSpan[] {
  const result: TreeSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    // Two neighbours of a path have the path's own leaf between them.
    if (last !== undefined && span.from <= last.until + 1)
      result[result.length - 1] = { ...last, until: Math.max(last.until, span.until) };
    else result.push(span);
  }
  return result;
}

function hashOf(subtree: Subtree, entries: ReadonlyMap<string, Buffer>): Buffer {
  const { level, from, until } = spanOf(subtree);
  let hashes: Buffer[] = [];
  for (let index = from; index < until; index++) {
    const entry = entries.get(`${level}/${index}`);
    if (entry === undefined) throw new Error(`the tree has no entry ${index} of level ${level}`);
    hashes.push(entry);
  }
  while (hashes.length > 1)
    hashes = Array.from({ length: hashes.length / 2 }, (_, pair) => nodeHash(hashes[2 * pair]!, hashes[2 * pair + 1]!));
  return hashes[0]!;
}
