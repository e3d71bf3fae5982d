import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const s3Migrations: readonly Migration[] = [
  {
    name: "s3-001-buckets",
    up: async (tx) => {
      await tx.schema
        .createTable("s3_buckets")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("bucket_id", "text", (column) => column.notNull().unique())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("policy", "text")
        .addColumn("tags", "text", (column) => column.notNull())
        .addColumn("public_access_block", "text")
        .addColumn("versioning_suspended", "integer", (column) => column.notNull())
        .execute();
      await tx.schema.createIndex("s3_buckets_by_account").on("s3_buckets").columns(["account_id", "name"]).execute();
    },
  },
  {
    name: "s3-002-encryption",
    up: async (tx) => {
      await tx.schema.alterTable("s3_buckets").addColumn("encryption", "text").execute();
    },
  },
];
