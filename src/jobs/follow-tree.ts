import { sha256Hex } from "../audit/tree/hashing.js";
import { treeName } from "../audit/tree/tree.js";
import type { RecordFollower } from "./follow-record.js";

/** Leaves of one row on their way into the tree: about a megabyte. */
const pendingLeavesMax = 8_192;

/**
 * Gives every event its place in the tree of all records. Streams are followed by different processes; what puts their
 * events into one order is the transaction that ends a range: it counts the leaves on and notes them. There a range
 * counts once, so every event is one leaf. The hashing is done later, by who lets the tree grow.
 */
export function createTreeFollower(): RecordFollower {
  return {
    name: "tree",
    begin() {
      const leaves: string[] = [];
      return {
        async take(events) {
          for (const event of events) leaves.push(`${event.accountId} ${event.eventId} ${sha256Hex(event.record)}`);
        },
        async settle(tx) {
          if (leaves.length === 0) return;
          const { placed_size } = await tx
            .selectFrom("tree")
            .select("placed_size")
            .where("name", "=", treeName)
            .executeTakeFirstOrThrow();
          for (let at = 0; at < leaves.length; at += pendingLeavesMax) {
            const some = leaves.slice(at, at + pendingLeavesMax);
            const pending = { first_index: placed_size + at, leaf_count: some.length, leaves: some.join("\n") };
            await tx.insertInto("tree_pending").values(pending).execute();
          }
          await tx
            .updateTable("tree")
            .set({ placed_size: placed_size + leaves.length })
            .where("name", "=", treeName)
            .execute();
        },
      };
    },
  };
}
