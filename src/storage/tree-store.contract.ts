import { describe, expect, it } from "vitest";
import type { PlacedLeaf, TreeStore } from "./tree-store.js";

/** The promises of the port. The store must be new to the tree. */
export function treeStoreContract(name: string, store: () => TreeStore): void {
  const leaf = (index: number): PlacedLeaf => ({
    index,
    accountId: index % 2 === 0 ? "111111111111" : "222222222222",
    eventId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    recordSha256: index.toString(16).padStart(64, "0"),
  });
  const leaves = Array.from({ length: 300 }, (_, index) => leaf(index));

  describe(`${name} as a TreeStore`, () => {
    it("finds what was added, also what was added twice, by place and in order", async () => {
      const node = { level: 1, index: 0, hash: "ab".repeat(32) };
      await store().append(leaves.slice(0, 200), []);
      await store().append(leaves.slice(100), [node, { level: 2, index: 7, hash: "cd".repeat(32) }]);
      expect(await store().leaves({ from: 90, until: 1000 })).toEqual(leaves.slice(90));
      expect(await store().leaves({ from: 300, until: 400 })).toEqual([]);
      expect(await store().nodes([{ level: 1, from: 0, until: 256 }])).toEqual([node]);
      const both = await store().nodes([
        { level: 1, from: 0, until: 1 },
        { level: 2, from: 7, until: 8 },
      ]);
      expect(both.map(({ level, index }) => [level, index]).sort()).toEqual([
        [1, 0],
        [2, 7],
      ]);
      expect(await store().nodes([])).toEqual([]);
    });

    it("finds the leaf of an account's event, and not that of another account", async () => {
      await store().append(leaves, []);
      const wanted = leaf(42);
      expect(await store().find(wanted.accountId, wanted.eventId)).toEqual(wanted);
      expect(await store().find("222222222222", wanted.eventId)).toBeUndefined();
      expect(await store().find(wanted.accountId, "no-such-event")).toBeUndefined();
    });
  });
}
