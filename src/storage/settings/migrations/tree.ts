import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const treeMigrations: readonly Migration[] = [
  {
    name: "tree-001-records",
    up: async (tx) => {
      await createTable(tx, "tree", {
        text: "name! frontier! origin! public_key! private_key!",
        bigint: "placed_size! grown_size!",
        key: ["name"],
      });
      await createTable(tx, "tree_pending", {
        text: "leaves!",
        bigint: "first_index! leaf_count!",
        key: ["first_index"],
      });
      await createTable(tx, "tree_checkpoints", { text: "note!", bigint: "size! made_ms! made_hour!", key: ["size"] });
      await createTable(tx, "tree_publications", {
        text: "trail_id!",
        bigint: "size! published_ms!",
        key: ["trail_id"],
      });
    },
  },
];
