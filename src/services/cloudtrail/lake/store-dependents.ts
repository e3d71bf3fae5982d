import type { AdvancedEventSelector } from "@aws-sdk/client-cloudtrail";
import type { InsightSelection } from "../../../audit/insights/insight-selection.js";
import type { EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import { cloudTrailError } from "../errors.js";
import { problemOfSource } from "../insights/analysed-events.js";

/** @throws EventDataStoreHasOngoingImport */
export async function refuseOngoingImport(tx: SettingsTransaction, store: EventDataStoreRow): Promise<void> {
  const running = await tx
    .selectFrom("imports")
    .select("import_id")
    .where("store_id", "=", store.store_id)
    .where("status", "in", ["INITIALIZING", "IN_PROGRESS"])
    .executeTakeFirst();
  if (running !== undefined)
    throw cloudTrailError(
      "EventDataStoreHasOngoingImport",
      `Import ${running.import_id} brings events into the event data store. Wait for its end, or stop it.`,
    );
}

/** @throws ChannelExistsForEDS */
export async function refuseChannels(tx: SettingsTransaction, store: EventDataStoreRow): Promise<void> {
  const channel = await tx
    .selectFrom("channel_destinations")
    .innerJoin("channels", "channels.channel_id", "channel_destinations.channel_id")
    .select("arn")
    .where("store_id", "=", store.store_id)
    .executeTakeFirst();
  if (channel !== undefined)
    throw cloudTrailError("ChannelExistsForEDS", `The event data store is a destination of channel ${channel.arn}.`);
}

/** Insights that are on need the events they are made of. @throws InvalidInsightSelectors */
export async function checkInsightsKept(
  tx: SettingsTransaction,
  store: EventDataStoreRow,
  selectors: readonly AdvancedEventSelector[],
): Promise<void> {
  const wanted = await tx
    .selectFrom("event_data_store_insights")
    .select("selections")
    .where("store_id", "=", store.store_id)
    .executeTakeFirst();
  if (wanted === undefined) return;
  const insights = JSON.parse(wanted.selections) as InsightSelection[];
  const problem = problemOfSource({ kind: "advanced", selectors }, insights);
  if (problem !== undefined) throw cloudTrailError("InvalidInsightSelectors", problem);
}
