import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const federationMigrations: readonly Migration[] = [
  {
    name: "federation-001-openid-providers",
    up: async (tx) => {
      await tx.schema
        .createTable("iam_openid_providers")
        .addColumn("provider_arn", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("issuer", "text", (column) => column.notNull())
        .addColumn("client_ids", "text", (column) => column.notNull())
        .addColumn("thumbprints", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema
        .createIndex("iam_openid_providers_by_account")
        .on("iam_openid_providers")
        .column("account_id")
        .execute();
    },
  },
  {
    name: "federation-002-instance-profiles",
    up: async (tx) => {
      await tx.schema
        .createTable("iam_instance_profiles")
        .addColumn("profile_id", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("name_lower", "text", (column) => column.notNull())
        .addColumn("path", "text", (column) => column.notNull())
        .addColumn("arn", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("role_id", "text")
        .addUniqueConstraint("iam_instance_profiles_name", ["account_id", "name_lower"])
        .execute();
      await tx.schema
        .createIndex("iam_instance_profiles_by_role")
        .on("iam_instance_profiles")
        .column("role_id")
        .execute();
    },
  },
];
