import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xraySettingsMigrations: readonly Migration[] = [
  {
    name: "xray-settings-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_encryption")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("key_arn", "text", (column) => column.notNull())
        .addColumn("changed_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_encryption_key", ["account_id", "region"])
        .execute();
      await tx.schema
        .createTable("xray_resource_policies")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("policy_name", "text", (column) => column.notNull())
        .addColumn("document", "text", (column) => column.notNull())
        .addColumn("revision", "bigint", (column) => column.notNull())
        .addColumn("updated_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_resource_policies_key", ["account_id", "region", "policy_name"])
        .execute();
      await tx.schema
        .createTable("xray_trace_periods")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("from_ms", "bigint", (column) => column.notNull())
        .addColumn("destination", "text", (column) => column.notNull())
        .addColumn("indexed_percentage", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_trace_periods_key", ["account_id", "region", "from_ms"])
        .execute();
      await tx.schema
        .createTable("xray_indexing_rules")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("desired_percentage", "text", (column) => column.notNull())
        .addColumn("modified_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_indexing_rules_key", ["account_id", "region"])
        .execute();
    },
  },
];
