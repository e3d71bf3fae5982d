import type { Migration } from "../migration.js";

const texts = [
  "account_id",
  "region",
  "status",
  "reason",
  "reference",
  "requested_by",
  "annotation_key",
  "value_hash",
  "ids_sha256",
  "failure",
];
const numbers = [
  "dry_run",
  "created_ms",
  "begun_ms",
  "matched_ms",
  "erased_ms",
  "ended_ms",
  "erased_store_s",
  "purged_ms",
  "trace_count",
  "document_count",
];

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xrayErasureMigrations: readonly Migration[] = [
  {
    name: "xray-erasures-001",
    up: async (tx) => {
      let erasures = tx.schema
        .createTable("xray_erasures")
        .addColumn("erasure_id", "text", (column) => column.primaryKey());
      for (const name of texts) erasures = erasures.addColumn(name, "text", (column) => column.notNull());
      for (const name of numbers) erasures = erasures.addColumn(name, "bigint", (column) => column.notNull());
      await erasures.execute();
      await tx.schema
        .createIndex("xray_erasures_by_time")
        .on("xray_erasures")
        .columns(["account_id", "region", "created_ms"])
        .execute();
      await tx.schema.createIndex("xray_erasures_by_status").on("xray_erasures").columns(["status"]).execute();
      await tx.schema
        .createTable("xray_erasure_selectors")
        .addColumn("erasure_id", "text", (column) => column.primaryKey())
        .addColumn("sealed", "text", (column) => column.notNull())
        .execute();
      await tx.schema
        .createTable("xray_erased_traces")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("trace_id", "text", (column) => column.notNull())
        .addColumn("erasure_id", "text", (column) => column.notNull())
        .addColumn("erased_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("xray_erased_traces_key", ["account_id", "region", "trace_id"])
        .execute();
      await tx.schema
        .createIndex("xray_erased_traces_by_erasure")
        .on("xray_erased_traces")
        .columns(["erasure_id", "trace_id"])
        .execute();
    },
  },
];
