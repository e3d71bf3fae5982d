import type { PlacedLeaf, TreeNode, TreeStore } from "../../storage/tree-store.js";

/** The shortest store that keeps the promises; refuses to let a place change. */
export function memoryTree(): TreeStore & { readonly size: number } {
  const leaves: PlacedLeaf[] = [];
  const nodes = new Map<string, TreeNode>();
  return {
    get size() {
      return leaves.length;
    },
    async append(newLeaves, newNodes) {
      for (const leaf of newLeaves) {
        const known = leaves[leaf.index];
        if (known && JSON.stringify(known) !== JSON.stringify(leaf)) throw new Error(`leaf ${leaf.index} changed`);
        leaves[leaf.index] = leaf;
      }
      for (const node of newNodes) {
        const place = `${node.level}/${node.index}`;
        if ((nodes.get(place) ?? node).hash !== node.hash) throw new Error(`node ${place} changed`);
        nodes.set(place, node);
      }
    },
    leaves: async ({ from, until }) => leaves.slice(from, until),
    nodes: async (spans) =>
      spans.flatMap(({ level, from, until }) =>
        [...nodes.values()].filter((node) => node.level === level && node.index >= from && node.index < until),
      ),
    find: async (accountId, eventId) => leaves.find((leaf) => leaf.accountId === accountId && leaf.eventId === eventId),
  };
}
