import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayInsightsMigrations: readonly Migration[] = [
  {
    name: "xray-insights-001",
    up: async (tx) => {
      await tx.schema
        .createTable("xray_insight_groups")
        .addColumn("group_arn", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("group_name", "text", (column) => column.notNull())
        .addColumn("judged_until_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema
        .createTable("xray_insights")
        .addColumn("insight_id", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("group_arn", "text", (column) => column.notNull())
        .addColumn("group_name", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("start_ms", "bigint", (column) => column.notNull())
        .addColumn("end_ms", "bigint")
        .addColumn("insight", "text", (column) => column.notNull())
        .execute();
      await tx.schema
        .createIndex("xray_insights_of_group")
        .on("xray_insights")
        .columns(["group_arn", "start_ms", "insight_id"])
        .execute();
      await tx.schema.createIndex("xray_insights_by_state").on("xray_insights").columns(["state", "end_ms"]).execute();
      await tx.schema
        .createTable("xray_insight_events")
        .addColumn("insight_id", "text", (column) => column.notNull())
        .addColumn("sequence", "bigint", (column) => column.notNull())
        .addColumn("event", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_insight_events_key", ["insight_id", "sequence"])
        .execute();
      await tx.schema
        .createTable("xray_insight_notifications")
        .addColumn("notification_id", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("group_arn", "text", (column) => column.notNull())
        .addColumn("topic_arn", "text", (column) => column.notNull())
        .addColumn("message", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("attempts", "bigint", (column) => column.notNull())
        .addColumn("retry_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema
        .createIndex("xray_insight_notifications_due")
        .on("xray_insight_notifications")
        .column("retry_ms")
        .execute();
    },
  },
];
