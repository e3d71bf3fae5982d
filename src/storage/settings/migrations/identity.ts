import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const identityMigrations: readonly Migration[] = [
  {
    name: "identity-001-revision",
    up: async (tx) => {
      await tx.schema
        .createTable("identity_revision")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("revision", "bigint", (column) => column.notNull())
        .execute();
      await tx.insertInto("identity_revision").values({ id: 1, revision: 0 }).execute();
    },
  },
  {
    name: "identity-002-entities",
    up: async (tx) => {
      await tx.schema
        .createTable("iam_entities")
        .addColumn("entity_id", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("name_lower", "text", (column) => column.notNull())
        .addColumn("path", "text", (column) => column.notNull())
        .addColumn("arn", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("boundary_arn", "text")
        .addColumn("description", "text")
        .addColumn("max_session_seconds", "integer")
        .addColumn("trust_policy", "text")
        .addUniqueConstraint("iam_entities_name", ["account_id", "kind", "name_lower"])
        .execute();
      await tx.schema
        .createTable("iam_group_members")
        .addColumn("group_id", "text", (column) => column.notNull())
        .addColumn("user_id", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("iam_group_members_key", ["user_id", "group_id"])
        .execute();
      await tx.schema
        .createIndex("iam_group_members_by_group")
        .on("iam_group_members")
        .columns(["group_id", "user_id"])
        .execute();
      await tx.schema
        .createTable("iam_tags")
        .addColumn("entity_id", "text", (column) => column.notNull())
        .addColumn("tag_key", "text", (column) => column.notNull())
        .addColumn("tag_key_lower", "text", (column) => column.notNull())
        .addColumn("tag_value", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("iam_tags_key", ["entity_id", "tag_key_lower"])
        .execute();
    },
  },
  {
    name: "identity-003-access-keys",
    up: async (tx) => {
      await tx.schema
        .createTable("iam_access_keys")
        .addColumn("access_key_id", "text", (column) => column.primaryKey())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("owner_id", "text", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("sealed_secret", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute();
      await tx.schema.createIndex("iam_access_keys_by_owner").on("iam_access_keys").column("owner_id").execute();
    },
  },
  {
    name: "identity-004-policies",
    up: async (tx) => {
      await tx.schema
        .createTable("iam_policies")
        .addColumn("policy_arn", "text", (column) => column.primaryKey())
        .addColumn("policy_id", "text", (column) => column.notNull())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("name_lower", "text", (column) => column.notNull())
        .addColumn("path", "text", (column) => column.notNull())
        .addColumn("description", "text")
        .addColumn("default_version", "integer", (column) => column.notNull())
        .addColumn("last_version", "integer", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("updated_ms", "bigint", (column) => column.notNull())
        .addUniqueConstraint("iam_policies_name", ["account_id", "name_lower"])
        .execute();
      await tx.schema
        .createTable("iam_policy_versions")
        .addColumn("policy_arn", "text", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("document", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("iam_policy_versions_key", ["policy_arn", "version"])
        .execute();
      await tx.schema
        .createTable("iam_attached_policies")
        .addColumn("entity_id", "text", (column) => column.notNull())
        .addColumn("account_id", "text", (column) => column.notNull())
        .addColumn("policy_arn", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("iam_attached_policies_key", ["entity_id", "policy_arn"])
        .execute();
      await tx.schema
        .createIndex("iam_attached_policies_by_policy")
        .on("iam_attached_policies")
        .columns(["account_id", "policy_arn"])
        .execute();
      await tx.schema
        .createTable("iam_inline_policies")
        .addColumn("entity_id", "text", (column) => column.notNull())
        .addColumn("policy_name", "text", (column) => column.notNull())
        .addColumn("document", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("iam_inline_policies_key", ["entity_id", "policy_name"])
        .execute();
    },
  },
  {
    name: "identity-access-reports",
    up: (tx) =>
      createTable(tx, "iam_access_reports", {
        text: "job_id! account_id! caller_id! resource_arn! granularity!",
        bigint: "created_ms!",
        key: ["job_id"],
      }),
  },
];
