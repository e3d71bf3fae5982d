import type { Selectable } from "kysely";
import type { SettingsTables } from "../../storage/settings/tables.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import type { EventDataStoreRow } from "./event-data-stores.js";

export type ChannelRow = Selectable<SettingsTables["channels"]>;

/** `arn:aws:cloudtrail:REGION:ACCT:channel/UUID` */
export function channelArn(region: string, accountId: string, channelId: string): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:channel/${channelId}`;
}

/** True for what has the form of a channel's ARN. */
export function isChannelArn(text: string): boolean {
  return /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:channel\/[a-f0-9-]{36}$/.test(text);
}

/** The event data stores of a channel, in the order in which they were given. */
export async function channelStores(
  queries: SettingsQueries | SettingsTransaction,
  channelId: string,
): Promise<EventDataStoreRow[]> {
  return queries
    .selectFrom("channel_destinations")
    .innerJoin("event_data_stores", "event_data_stores.store_id", "channel_destinations.store_id")
    .selectAll("event_data_stores")
    .where("channel_id", "=", channelId)
    .orderBy("position")
    .execute();
}
