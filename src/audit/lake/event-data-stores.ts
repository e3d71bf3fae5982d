import type { Selectable } from "kysely";
import type { SettingsTables } from "../../storage/settings/tables.js";

export type EventDataStoreRow = Selectable<SettingsTables["event_data_stores"]>;
export type EventDataStoreStateRow = Selectable<SettingsTables["event_data_store_states"]>;

/** `arn:aws:cloudtrail:REGION:ACCT:eventdatastore/UUID` */
export function eventDataStoreArn(region: string, accountId: string, storeId: string): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:eventdatastore/${storeId}`;
}
