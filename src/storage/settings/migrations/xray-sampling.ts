import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xraySamplingMigrations: readonly Migration[] = [
  {
    name: "xray-sampling-001-tags",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_tags")
        .addColumn("arn", "text", (column) => column.notNull())
        .addColumn("tag_key", "text", (column) => column.notNull())
        .addColumn("tag_value", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_tags_key", ["arn", "tag_key"])
        .execute();
    },
  },
  {
    name: "xray-sampling-002-rules",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_sampling_rules")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("rule_name", "text", (column) => column.notNull())
        .addColumn("rule", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("modified_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_sampling_rules_key", ["account_id", "region", "rule_name"])
        .execute();
      await tx.schema
        .createTable("xray_sampling_revisions")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("last_modified_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_sampling_revisions_key", ["account_id", "region"])
        .execute();
    },
  },
  {
    name: "xray-sampling-003-quotas-and-boosts",
    up: async (tx) => {
      await tx.schema
        .alterTable("xray_sampling_clients")
        .addColumn("quota", "bigint", (column) => column.notNull().defaultTo(0))
        .execute();
      await tx.schema
        .createIndex("xray_sampling_clients_by_age")
        .on("xray_sampling_clients")
        .columns(["account_id", "region", "last_report_ms"])
        .execute();
      await tx.schema
        .createTable("xray_sampling_anomalies")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("window_ms", "bigint", (column) => column.notNull())
        .addColumn("rule_name", "text", (column) => column.notNull())
        .addColumn("anomaly_count", "bigint", (column) => column.notNull())
        .addColumn("sampled_anomaly_count", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_sampling_anomalies_key", ["account_id", "region", "window_ms", "rule_name"])
        .execute();
      await tx.schema
        .createTable("xray_sampling_boosts")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("rule_name", "text", (column) => column.notNull())
        .addColumn("boost_rate", "text", (column) => column.notNull())
        .addColumn("until_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_sampling_boosts_key", ["account_id", "region", "rule_name"])
        .execute();
    },
  },
];
