import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const snsMigrations: readonly Migration[] = [
  {
    name: "sns-001-topics",
    up: async (tx) => {
      await tx.schema
        .createTable("sns_topics")
        .addColumn("arn", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("display_name", "text", (column) => column.notNull())
        .addColumn("policy", "text", (column) => column.notNull())
        .addColumn("tags", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema
        .createTable("sns_subscriptions")
        .addColumn("arn", "text", (column) => column.primaryKey())
        .addColumn("topic_arn", "text", (column) => column.notNull())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("protocol", "text", (column) => column.notNull())
        .addColumn("endpoint", "text", (column) => column.notNull())
        .addColumn("confirmed", "integer", (column) => column.notNull())
        .addColumn("token", "text", (column) => column.notNull())
        .addColumn("raw_delivery", "integer", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema.createIndex("sns_subscriptions_of_topic").on("sns_subscriptions").column("topic_arn").execute();
      await tx.schema
        .createTable("sns_messages")
        .addColumn("message_id", "text", (column) => column.primaryKey())
        .addColumn("topic_arn", "text", (column) => column.notNull())
        .addColumn("type", "text", (column) => column.notNull())
        .addColumn("subject", "text")
        .addColumn("message", "text", (column) => column.notNull())
        .addColumn("attributes", "text")
        .addColumn("base_url", "text", (column) => column.notNull())
        .addColumn("published_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema
        .createTable("sns_deliveries")
        .addColumn("message_id", "text", (column) => column.notNull())
        .addColumn("subscription_arn", "text", (column) => column.notNull())
        .addColumn("topic_arn", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("attempts", "integer", (column) => column.notNull())
        .addColumn("next_ms", "bigint", (column) => column.notNull())
        .addColumn("last_error", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("sns_deliveries_key", ["message_id", "subscription_arn"])
        .execute();
      await tx.schema.createIndex("sns_deliveries_due").on("sns_deliveries").columns(["state", "next_ms"]).execute();
      await tx.schema
        .createIndex("sns_deliveries_of_topic")
        .on("sns_deliveries")
        .columns(["topic_arn", "state"])
        .execute();
    },
  },
  {
    name: "sns-002-signatures",
    up: async (tx) => {
      await tx.schema
        .alterTable("sns_topics")
        .addColumn("signature_version", "bigint", (column) => column.notNull().defaultTo(1))
        .execute();
      for (const name of ["unsubscribe_token", "base_url"])
        await tx.schema
          .alterTable("sns_subscriptions")
          .addColumn(name, "text", (column) => column.notNull().defaultTo(""))
          .execute();
      await createTable(tx, "sns_certificates", {
        text: "certificate_id! pem! private_key!",
        bigint: "created_ms! valid_until_ms!",
        key: ["certificate_id"],
      });
    },
  },
  {
    name: "sns-003-sealed-subscriptions",
    up: async (tx) => {
      await tx.schema
        .alterTable("sns_subscriptions")
        .addColumn("sealed", "bigint", (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
];
