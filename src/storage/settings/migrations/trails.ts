import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const trailsMigrations: readonly Migration[] = [
  {
    name: "trails-001-trails",
    up: async (tx) => {
      await createTable(tx, "trails", {
        text: "trail_id! account_id! home_region! name! arn! bucket! prefix sns_topic_name sns_topic_arn logs_group_arn logs_role_arn kms_key_arn",
        bigint:
          "include_global! multi_region! validation! logs_since_ms custom_selectors! recursive_logging created_ms! deleted_ms",
        key: ["trail_id"],
      });
      await tx.schema.createIndex("trails_arn").on("trails").column("arn").execute();
      await createTable(tx, "trail_states", {
        text: "trail_id! selectors! changed_by!",
        bigint: "sequence! from_ms! logging! multi_region! include_global! recursive!",
        key: ["trail_id", "sequence"],
      });
      await createTable(tx, "trail_tags", { text: "arn! tag_key! tag_value", key: ["arn", "tag_key"] });
    },
  },
  {
    name: "trails-002-delivery",
    up: async (tx) => {
      await createTable(tx, "leases", { text: "name! holder!", bigint: "token! until_ms!", key: ["name"] });
      await createTable(tx, "event_streams", {
        text: "stream_id!",
        bigint: "writer_seen_ms! known_commit! retired_ms",
        key: ["stream_id"],
      });
      await createTable(tx, "trail_checkpoints", {
        text: "trail_id! stream_id! destination!",
        bigint: "commit_number! attempts! retry_ms!",
        key: ["trail_id", "stream_id", "destination"],
      });
      await createTable(tx, "trail_plans", {
        text: "trail_id! stream_id! bucket! prefix kms_key_arn",
        bigint: "after_commit! until_commit! state_sequence! planned_ms!",
        key: ["trail_id", "stream_id"],
      });
      await createTable(tx, "trail_notifications", {
        text: "notification_id! trail_id! region! topic_arn! message!",
        bigint: "created_ms! attempts! retry_ms!",
        key: ["notification_id"],
      });
      await createTable(tx, "trail_status", {
        text: "trail_id! region! delivery_error notification_error logs_delivery_error digest_error",
        bigint:
          "delivery_ms delivery_attempt_ms notification_ms notification_attempt_ms logs_delivery_ms digest_ms logs_oversize_count!",
        key: ["trail_id", "region"],
      });
    },
  },
  {
    name: "trails-003-digests",
    up: async (tx) => {
      await createTable(tx, "trail_files", {
        text: "trail_id! region! bucket! object_key! sha256! digest_key",
        bigint: "oldest_event_ms! newest_event_ms! delivered_ms!",
        key: ["trail_id", "object_key"],
      });
      await createTable(tx, "trail_chains", {
        text: "trail_id! region! previous_bucket previous_key previous_sha256 previous_signature",
        bigint: "end_ms!",
        key: ["trail_id", "region"],
      });
      await createTable(tx, "trail_digest_plans", {
        text: "trail_id! region! bucket! object_key! kms_key_arn fingerprint!",
        bigint: "start_ms! end_ms! attempts! retry_ms!",
        key: ["trail_id", "region"],
      });
      await createTable(tx, "trail_signing_keys", {
        text: "fingerprint! region! public_key! private_key!",
        bigint: "valid_from_ms! valid_until_ms!",
        key: ["fingerprint"],
      });
    },
  },
  {
    name: "trails-004-following",
    up: (tx) =>
      createTable(tx, "followed_streams", {
        text: "stream_id!",
        bigint: "commit_number! planned_commit",
        key: ["stream_id"],
      }),
  },
  {
    name: "trails-005-insights",
    up: async (tx) => {
      await tx.schema
        .alterTable("trails")
        .addColumn("insight_selectors", "bigint", (column) => column.notNull().defaultTo(0))
        .execute();
      await tx.schema.alterTable("trail_states").addColumn("insights", "text").execute();
    },
  },
  {
    name: "trails-006-aggregation",
    up: async (tx) => {
      await tx.schema.alterTable("trail_states").addColumn("aggregations", "text").execute();
      await createTable(tx, "aggregate_counts", {
        text: "trail_id! region! event_source! template! primary_value! counts!",
        bigint: "window_start_ms!",
        key: ["trail_id", "region", "window_start_ms", "event_source", "template", "primary_value"],
      });
    },
  },
];
