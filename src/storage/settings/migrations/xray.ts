import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayMigrations: readonly Migration[] = [
  {
    name: "xray-001-sampling-and-telemetry",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_sampling_clients")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("rule_name", "text", (column) => column.notNull())
        .addColumn("client_id", "text", (column) => column.notNull())
        .addColumn("last_report_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_sampling_clients_key", ["account_id", "region", "rule_name", "client_id"])
        .execute();
      await tx.schema
        .createTable("xray_sampling_windows")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("window_ms", "bigint", (column) => column.notNull())
        .addColumn("rule_name", "text", (column) => column.notNull())
        .addColumn("request_count", "bigint", (column) => column.notNull())
        .addColumn("sampled_count", "bigint", (column) => column.notNull())
        .addColumn("borrow_count", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_sampling_windows_key", ["account_id", "region", "window_ms", "rule_name"])
        .execute();
      await tx.schema
        .createTable("xray_telemetry")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("reporter", "text", (column) => column.notNull())
        .addColumn("resource_arn", "text", (column) => column.notNull())
        .addColumn("instance_id", "text", (column) => column.notNull())
        .addColumn("hostname", "text", (column) => column.notNull())
        .addColumn("received_ms", "bigint", (column) => column.notNull())
        .addColumn("record", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_telemetry_key", ["account_id", "region", "reporter"])
        .execute();
      await tx.schema
        .createIndex("xray_telemetry_by_age")
        .on("xray_telemetry")
        .columns(["account_id", "region", "received_ms"])
        .execute();
    },
  },
];
