import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const channelMigrations: readonly Migration[] = [
  {
    name: "channels-001",
    up: async (tx) => {
      await createTable(tx, "channels", {
        text: "channel_id! account_id! region! name! arn! source!",
        bigint: "created_ms!",
        key: ["channel_id"],
      });
      await tx.schema
        .createIndex("channels_name")
        .on("channels")
        .columns(["account_id", "region", "name"])
        .unique()
        .execute();
      await createTable(tx, "channel_destinations", {
        text: "channel_id! store_id!",
        bigint: "position!",
        key: ["channel_id", "store_id"],
      });
      await tx.schema.createIndex("channel_destinations_store").on("channel_destinations").column("store_id").execute();
      await createTable(tx, "channel_ingestion", {
        text: "channel_id! success_event_id error_code attempt_event_id!",
        bigint: "success_ms attempt_ms!",
        key: ["channel_id"],
      });
    },
  },
];
