import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import { type ContextKeySelector, type EventConfiguration, standardConfiguration } from "./event-context.js";

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

/** What an event data store wants of its events: the default, where nothing was put. */
export async function readEventConfiguration(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
): Promise<EventConfiguration> {
  const row = await queries.selectFrom("event_configurations").selectAll().where("arn", "=", arn).executeTakeFirst();
  if (row === undefined) return standardConfiguration;
  return {
    maxEventSize: row.max_event_size as EventConfiguration["maxEventSize"],
    contextKeySelectors: JSON.parse(row.context_keys) as ContextKeySelector[],
  };
}

/** Tags, policy and configuration of a resource that goes: another of the same ARN must not get them. */
export async function removeAttachments(tx: SettingsTransaction, arn: string): Promise<void> {
  await tx.deleteFrom("trail_tags").where("arn", "=", arn).execute();
  await tx.deleteFrom("cloudtrail_policies").where("arn", "=", arn).execute();
  await tx.deleteFrom("event_configurations").where("arn", "=", arn).execute();
}
