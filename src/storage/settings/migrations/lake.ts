import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const lakeMigrations: readonly Migration[] = [
  {
    name: "lake-001-event-data-stores",
    up: async (tx) => {
      await createTable(tx, "event_data_stores", {
        text: "store_id! account_id! region! name! arn! kind! status! billing_mode! kms_key_arn federation_role_arn",
        bigint:
          "retention_days! termination_protection! multi_region! organization! created_ms! updated_ms! deletion_asked_ms",
        key: ["store_id"],
      });
      await tx.schema.createIndex("event_data_stores_arn").on("event_data_stores").column("arn").unique().execute();
      await createTable(tx, "event_data_store_states", {
        text: "store_id! selectors! changed_by!",
        bigint: "sequence! from_ms! ingesting! multi_region!",
        key: ["store_id", "sequence"],
      });
    },
  },
];
