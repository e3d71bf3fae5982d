import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const insightsMigrations: readonly Migration[] = [
  {
    name: "insights-001",
    up: async (tx) => {
      await createTable(tx, "event_data_store_insights", {
        text: "store_id! account_id! region! destination_arn! selections!",
        bigint: "since_ms!",
        key: ["store_id"],
      });
      await createTable(tx, "call_insights", {
        text: "shared_event_id! account_id! region! series_key! addressee! finding!",
        bigint: "start_ms! end_ms",
        key: ["shared_event_id"],
      });
      await tx.schema
        .createIndex("call_insights_of_scope")
        .on("call_insights")
        .columns(["account_id", "region", "end_ms"])
        .execute();
      await createTable(tx, "call_insight_progress", {
        text: "name!",
        bigint: "next_minute!",
        key: ["name"],
      });
    },
  },
];
