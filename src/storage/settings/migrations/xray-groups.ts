import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayGroupMigrations: readonly Migration[] = [
  {
    name: "xray-groups-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_groups")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("group_name", "text", (column) => column.notNull())
        .addColumn("group_arn", "text", (column) => column.notNull())
        .addColumn("filter_expression", "text", (column) => column.notNull())
        .addColumn("insights_enabled", "bigint", (column) => column.notNull())
        .addColumn("notifications_enabled", "bigint", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("filter_changed_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_groups_key", ["account_id", "region", "group_name"])
        .execute();
    },
  },
];
