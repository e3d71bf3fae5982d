import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayIndexMigrations: readonly Migration[] = [
  {
    name: "xray-index-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_index_sweep")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("swept_from_ms", "bigint", (column) => column.notNull())
        .addColumn("swept_until_ms", "bigint", (column) => column.notNull())
        .execute();
    },
  },
];
