import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const kmsMigrations: readonly Migration[] = [
  {
    name: "kms-001-keys",
    up: async (tx) => {
      await tx.schema
        .createTable("kms_keys")
        .addColumn("key_id", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("description", "text", (column) => column.notNull())
        .addColumn("enabled", "integer", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("deletion_ms", "bigint")
        .addColumn("deletion_days", "integer")
        .addColumn("policy", "text", (column) => column.notNull())
        .addColumn("tags", "text", (column) => column.notNull())
        .addColumn("material_id", "text", (column) => column.notNull())
        .addColumn("rotation_days", "integer")
        .addColumn("next_rotation_ms", "bigint")
        .execute();
      await tx.schema
        .createTable("kms_materials")
        .addColumn("material_id", "text", (column) => column.primaryKey())
        .addColumn("key_id", "text", (column) => column.notNull())
        .addColumn("sealed", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("origin", "text", (column) => column.notNull())
        .execute();
      await tx.schema.createIndex("kms_materials_of_key").on("kms_materials").column("key_id").execute();
      await tx.schema
        .createTable("kms_aliases")
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("region", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("key_id", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("updated_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("kms_aliases_key", ["account_id", "region", "name"])
        .execute();
    },
  },
  {
    name: "kms-002-grants",
    up: async (tx) => {
      await tx.schema
        .createTable("kms_grants")
        .addColumn("grant_id", "text", (column) => column.primaryKey())
        .addColumn("key_id", "text", (column) => column.notNull())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("name", "text")
        .addColumn("grantee", "text", (column) => column.notNull())
        .addColumn("retiring", "text")
        .addColumn("operations", "text", (column) => column.notNull())
        .addColumn("constraints", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema.createIndex("kms_grants_of_key").on("kms_grants").columns(["key_id", "grantee"]).execute();
      await tx.schema.createIndex("kms_grants_to_retire").on("kms_grants").columns(["retiring", "grant_id"]).execute();
    },
  },
  {
    name: "kms-003-master-key",
    up: async (tx) => {
      await tx.schema
        .createTable("master_key")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("sealed_check", "text", (column) => column.notNull())
        .addColumn("kms_key_arn", "text")
        .addColumn("wrapped", "text")
        .execute();
    },
  },
  {
    name: "kms-004-store-keys",
    up: async (tx) => {
      await tx.schema
        .createTable("store_keys")
        .addColumn("store", "text", (column) => column.primaryKey())
        .addColumn("sealed", "text", (column) => column.notNull())
        .execute();
    },
  },
];
