import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const detectionMigrations: readonly Migration[] = [
  {
    name: "detection-001",
    up: async (tx) => {
      await createTable(tx, "detection_accounts", {
        text: "account_id! configuration!",
        bigint: "revision!",
        key: ["account_id"],
      });
      await createTable(tx, "detection_rules", {
        text: "account_id! rule_id! rule_text updated_by!",
        bigint: "enabled! updated_ms!",
        key: ["account_id", "rule_id"],
      });
      await createTable(tx, "detection_beginnings", {
        text: "account_id! rule_id! memory_version!",
        bigint: "since_ms!",
        key: ["account_id", "rule_id", "memory_version"],
      });
      await createTable(tx, "detection_memories", {
        text: "account_id! rule_id! memory_version! item! memory!",
        bigint: "forget_ms!",
        key: ["account_id", "rule_id", "memory_version", "item"],
      });
      await tx.schema.createIndex("detection_memories_old").on("detection_memories").column("forget_ms").execute();
      await createTable(tx, "detection_findings", {
        text:
          "finding_id! account_id! region! rule_id! title! severity! caller! alike! status! event_ids! detail! " +
          "event_name! source_address! note! updated_by!",
        bigint: "first_ms! last_ms! event_count! updated_ms!",
        key: ["finding_id"],
      });
      await tx.schema
        .createIndex("detection_findings_by_time")
        .on("detection_findings")
        .columns(["account_id", "last_ms", "finding_id"])
        .execute();
      await tx.schema
        .createIndex("detection_findings_alike")
        .on("detection_findings")
        .columns(["account_id", "alike", "last_ms"])
        .execute();
      await createTable(tx, "detection_alerts", {
        text: "alert_id! account_id! region! rule_id! topic_arn! subject! message!",
        bigint: "created_ms! attempts! retry_ms!",
        key: ["alert_id"],
      });
      await tx.schema.createIndex("detection_alerts_due").on("detection_alerts").column("retry_ms").execute();
    },
  },
];
