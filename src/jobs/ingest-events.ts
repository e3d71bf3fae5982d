import { type EventDataStoreStateRow, storeStateOf } from "../audit/lake/event-data-stores.js";
import { storeSelectionOf } from "../audit/lake/store-selection.js";
import type { CommittedEvent } from "../storage/event-store.js";
import type { LakeEvent, LakeStore } from "../storage/lake-store.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { FollowedRange, FollowedWork, RecordFollower } from "./follow-record.js";

/** A store and what it takes. */
interface Taker {
  readonly storeId: string;
  readonly accountId: string;
  readonly takes: (event: CommittedEvent) => boolean;
}

/**
 * Puts the events of the record into the event data stores that select them. A range that comes again adds nothing: its
 * batches have the same tokens, and what may have been cut off is looked for.
 */
export function createIngestion(deps: { readonly settings: SettingsStore; readonly lake: LakeStore }): RecordFollower {
  /** Compiled selectors by store; states are only ever added to, so their number tells whether they are the same. */
  let compiled = new Map<string, { readonly states: number; readonly taker: Taker }>();

  async function takersByAccount(): Promise<ReadonlyMap<string, readonly Taker[]>> {
    const stores = await deps.settings.read
      .selectFrom("event_data_stores")
      .select(["store_id", "account_id", "arn", "region"])
      .where("kind", "in", ["CloudTrail", "Insight"])
      .execute();
    const states = stores.length === 0 ? [] : await statesByStore();
    const known = compiled;
    compiled = new Map();
    const byAccount = new Map<string, Taker[]>();
    for (const { store_id: storeId, account_id: accountId, ...store } of stores) {
      const ofStore = states.filter((state) => state.store_id === storeId);
      const before = known.get(storeId);
      const taker =
        before?.states === ofStore.length
          ? before.taker
          : { storeId, accountId, takes: storeSelectionOf(store, ofStore.map(datedState)) };
      compiled.set(storeId, { states: ofStore.length, taker });
      byAccount.set(accountId, [...(byAccount.get(accountId) ?? []), taker]);
    }
    return byAccount;
  }

  async function statesByStore(): Promise<EventDataStoreStateRow[]> {
    return deps.settings.read.selectFrom("event_data_store_states").selectAll().orderBy("sequence").execute();
  }

  return {
    name: "event data stores",
    async begin(range: FollowedRange): Promise<FollowedWork> {
      const takers = await takersByAccount();
      return {
        async take(events, batchNumber) {
          const taken: LakeEvent[] = [];
          for (const event of events)
            for (const { storeId, takes } of takers.get(event.accountId) ?? [])
              if (takes(event)) taken.push(lakeEvent(storeId, event));
          if (taken.length === 0) return;
          const token = `${range.streamId}/${range.afterCommit}/${batchNumber}`;
          await deps.lake.append(taken, token, { repeated: range.repeated });
        },
      };
    },
  };
}

function datedState(row: EventDataStoreStateRow) {
  return { ...storeStateOf(row), fromMs: row.from_ms, changedBy: row.changed_by };
}

/** The record tells whole seconds, and so does a store: what is asked by time finds the same as in log files. */
function lakeEvent(storeId: string, event: CommittedEvent): LakeEvent {
  return {
    storeId,
    eventTimeMs: Math.floor(event.eventTimeMs / 1000) * 1000,
    eventId: event.eventId,
    record: event.record,
  };
}
