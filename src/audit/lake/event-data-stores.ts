import type { AdvancedEventSelector } from "@aws-sdk/client-cloudtrail";
import type { Selectable } from "kysely";
import type { SettingsTables } from "../../storage/settings/tables.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";

export type EventDataStoreRow = Selectable<SettingsTables["event_data_stores"]>;
export type EventDataStoreStateRow = Selectable<SettingsTables["event_data_store_states"]>;

/** For so long a deleted store can be restored. Then it is gone. */
export const deletionWaitMs = 7 * 86_400_000;

/** `arn:aws:cloudtrail:REGION:ACCT:eventdatastore/UUID` */
export function eventDataStoreArn(region: string, accountId: string, storeId: string): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:eventdatastore/${storeId}`;
}

/** What of a store decides which events it takes. */
export interface StoreState {
  readonly ingesting: boolean;
  readonly selectors: readonly AdvancedEventSelector[];
  readonly multiRegion: boolean;
}

/** All states of a store, oldest first. Each stays as it is; changes add to them. */
export async function storeStateRows(
  queries: SettingsQueries | SettingsTransaction,
  storeId: string,
): Promise<EventDataStoreStateRow[]> {
  return queries
    .selectFrom("event_data_store_states")
    .selectAll()
    .where("store_id", "=", storeId)
    .orderBy("sequence")
    .execute();
}

/** The state that holds now. */
export async function currentStoreState(
  queries: SettingsQueries | SettingsTransaction,
  storeId: string,
): Promise<StoreState> {
  return storeStateOf((await storeStateRows(queries, storeId)).at(-1)!);
}

export function storeStateOf(row: EventDataStoreStateRow): StoreState {
  return {
    ingesting: row.ingesting === 1,
    selectors: JSON.parse(row.selectors) as AdvancedEventSelector[],
    multiRegion: row.multi_region === 1,
  };
}

/** Adds a state in force from `fromMs` on. Never before the last one, should a clock step back. */
export async function addStoreState(
  tx: SettingsTransaction,
  storeId: string,
  change: Partial<StoreState>,
  facts: { readonly fromMs: number; readonly requestId: string },
): Promise<void> {
  const last = (await storeStateRows(tx, storeId)).at(-1);
  const state = { ...(last && storeStateOf(last)), ...change } as StoreState;
  await tx
    .insertInto("event_data_store_states")
    .values({
      store_id: storeId,
      sequence: (last?.sequence ?? 0) + 1,
      from_ms: Math.max(facts.fromMs, last?.from_ms ?? 0),
      ingesting: state.ingesting ? 1 : 0,
      selectors: JSON.stringify(state.selectors),
      multi_region: state.multiRegion ? 1 : 0,
      changed_by: facts.requestId,
    })
    .execute();
}
