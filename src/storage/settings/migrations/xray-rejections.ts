import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayRejectionMigrations: readonly Migration[] = [
  {
    name: "xray-rejections-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_rejections")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("hour_ms", "bigint", (column) => column.notNull())
        .addColumn("error_code", "text", (column) => column.notNull())
        .addColumn("count", "bigint", (column) => column.notNull())
        .addColumn("first_ms", "bigint", (column) => column.notNull())
        .addColumn("last_ms", "bigint", (column) => column.notNull())
        .addColumn("message", "text", (column) => column.notNull())
        .addColumn("sample", "text", (column) => column.notNull())
        .addColumn("sample_length", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_rejections_key", ["account_id", "region", "hour_ms", "error_code"])
        .execute();
    },
  },
];
