import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";

/** The policy of an event data store, channel or dashboard: JSON text. */
export async function readResourcePolicy(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
): Promise<string | undefined> {
  const row = await queries
    .selectFrom("cloudtrail_policies")
    .select("document")
    .where("arn", "=", arn)
    .executeTakeFirst();
  return row?.document;
}

/** Tags and policy of a resource that goes: another of the same ARN must not get them. */
export async function removeAttachments(tx: SettingsTransaction, arn: string): Promise<void> {
  await tx.deleteFrom("trail_tags").where("arn", "=", arn).execute();
  await tx.deleteFrom("cloudtrail_policies").where("arn", "=", arn).execute();
}
