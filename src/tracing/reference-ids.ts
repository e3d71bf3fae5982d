/** How the services of an answer are numbered: from 0, or each by a number of its own, whichever others are there. */
export type ReferenceIds = "dense" | "stable";

export function referenceIdsOf(keys: Iterable<string>, kind: ReferenceIds): ReadonlyMap<string, number> {
  const inOrder = [...keys].sort();
  return kind === "dense" ? new Map(inOrder.map((key, index) => [key, index])) : stableIds(inOrder);
}

/** A 31-bit hash of each; where two have the same, the next free number. */
function stableIds(keys: readonly string[]): Map<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const key of keys) {
    let id = hash31(key);
    while (taken.has(id)) id = (id + 1) & 0x7fffffff;
    taken.add(id);
    ids.set(key, id);
  }
  return ids;
}

/** FNV-1a. */
function hash31(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash & 0x7fffffff;
}
