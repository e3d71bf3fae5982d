import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayMaskingMigrations: readonly Migration[] = [
  {
    name: "xray-masking-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_masking_rules")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("rule_name", "text", (column) => column.notNull())
        .addColumn("definition", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("modified_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_masking_rules_key", ["account_id", "region", "rule_name"])
        .execute();
      await tx.schema
        .createTable("xray_masking_keys")
        .addColumn("account_id", "text", (column) => column.primaryKey())
        .addColumn("sealed", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute();
    },
  },
];
