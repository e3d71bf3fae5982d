import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayRetrievalMigrations: readonly Migration[] = [
  {
    name: "xray-retrieval-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_retrievals")
        .addColumn("token", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("trace_ids", "text", (column) => column.notNull())
        .addColumn("from_ms", "bigint", (column) => column.notNull())
        .addColumn("until_ms", "bigint", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("begun_ms", "bigint", (column) => column.notNull())
        .addColumn("ended_ms", "bigint", (column) => column.notNull())
        .addColumn("found_ids", "text", (column) => column.notNull())
        .execute();
      await tx.schema
        .createIndex("xray_retrievals_by_owner")
        .on("xray_retrievals")
        .columns(["account_id", "region", "created_ms"])
        .execute();
      await tx.schema
        .createIndex("xray_retrievals_by_status")
        .on("xray_retrievals")
        .columns(["status", "created_ms"])
        .execute();
    },
  },
];
