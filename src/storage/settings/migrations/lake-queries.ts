import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const lakeQueryMigrations: readonly Migration[] = [
  {
    name: "lake-queries-001",
    up: async (tx) => {
      await createTable(tx, "lake_queries", {
        text: "query_id! account_id! region! status! statement! translated! columns! alias refresh_id prompt holder error_message delivery_uri delivery_status",
        bigint: "created_ms! held_until_ms ended_ms execution_ms rows_count events_scanned bytes_scanned",
        key: ["query_id"],
      });
      await tx.schema.createIndex("lake_queries_status").on("lake_queries").columns(["status", "created_ms"]).execute();
      await tx.schema
        .createIndex("lake_queries_alias")
        .on("lake_queries")
        .columns(["account_id", "region", "alias", "created_ms"])
        .execute();
      await createTable(tx, "lake_query_stores", { text: "query_id! store_id!", key: ["store_id", "query_id"] });
      await createTable(tx, "lake_query_aliases", {
        text: "account_id! region! alias! statement! prompt parameters! dashboard_arn",
        bigint: "created_ms!",
        key: ["account_id", "region", "alias"],
      });
      await createTable(tx, "lake_dashboards", {
        text: "arn! account_id! region! name! status! widgets! schedule last_refresh_id last_refresh_failure",
        bigint: "termination_protection! created_ms! updated_ms! next_refresh_ms",
        key: ["arn"],
      });
      await tx.schema.createIndex("lake_dashboards_next").on("lake_dashboards").column("next_refresh_ms").execute();
    },
  },
];
