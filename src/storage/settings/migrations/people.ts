import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. */
export const peopleMigrations: readonly Migration[] = [
  {
    name: "people-001-passwords-and-devices",
    up: async (tx) => {
      await createTable(tx, "iam_passwords", {
        text: "user_id! sealed_hash!",
        bigint: "created_ms! changed_ms! reset_required! last_used_ms",
        key: ["user_id"],
      });
      await createTable(tx, "iam_earlier_passwords", {
        text: "earlier_id! user_id! sealed_hash!",
        bigint: "replaced_ms!",
        key: ["earlier_id"],
      });
      await tx.schema
        .createIndex("iam_earlier_passwords_by_user")
        .on("iam_earlier_passwords")
        .columns(["user_id", "replaced_ms"])
        .execute();
      await createTable(tx, "iam_password_policies", {
        text: "account_id! classes!",
        bigint: "length_min! users_may_change! age_days_max reuse_prevention hard_expiry",
        key: ["account_id"],
      });
      await createTable(tx, "iam_mfa_devices", {
        text: "serial! account_id! name! sealed_seed! user_id",
        bigint: "created_ms! enabled_ms drift_steps! used_step!",
        key: ["serial"],
      });
      await tx.schema.createIndex("iam_mfa_devices_by_user").on("iam_mfa_devices").column("user_id").execute();
      await createTable(tx, "iam_account_aliases", { text: "account_id! alias!", key: ["account_id"] });
      await tx.schema
        .createIndex("iam_account_aliases_by_alias")
        .unique()
        .on("iam_account_aliases")
        .column("alias")
        .execute();
      await createTable(tx, "iam_key_uses", {
        text: "access_key_id! region! service!",
        bigint: "used_ms!",
        key: ["access_key_id"],
      });
      await createTable(tx, "iam_credential_reports", {
        text: "account_id! content!",
        bigint: "generated_ms!",
        key: ["account_id"],
      });
    },
  },
];
