import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const logsMigrations: readonly Migration[] = [
  {
    name: "logs-001-groups-and-streams",
    up: async (tx) => {
      await tx.schema
        .createTable("log_groups")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("group_id", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("retention_days", "integer")
        .addColumn("deletion_protected", "integer", (column) => column.notNull())
        .addColumn("tags", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("log_groups_key", ["account_id", "region", "name"])
        .execute();
      await tx.schema
        .createTable("log_streams")
        .addColumn("group_id", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("log_streams_key", ["group_id", "name"])
        .execute();
      await tx.schema
        .createTable("log_deletions")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("group_id", "text", (column) => column.notNull())
        .addColumn("stream_name", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("log_deletions_key", ["group_id", "stream_name"])
        .execute();
    },
  },
  {
    name: "logs-002-resource-policies",
    up: async (tx) => {
      await tx.schema
        .createTable("logs_resource_policies")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("policy_name", "text", (column) => column.notNull())
        .addColumn("document", "text", (column) => column.notNull())
        .addColumn("updated_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("logs_resource_policies_key", ["account_id", "region", "policy_name"])
        .execute();
    },
  },
  {
    name: "logs-003-metric-filters",
    up: (tx) =>
      createTable(tx, "log_metric_filters", {
        text: "group_id! filter_name! pattern! transformation!",
        bigint: "created_ms!",
        key: ["group_id", "filter_name"],
      }),
  },
];
