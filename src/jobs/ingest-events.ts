import { readContextTags } from "../audit/context-tags.js";
import { type ContextKeySelector, type EventConfiguration, withEventContext } from "../audit/event-context.js";
import { type EventDataStoreStateRow, storeStateOf } from "../audit/lake/event-data-stores.js";
import { storeSelectionOf } from "../audit/lake/store-selection.js";
import { parsedRecord } from "../audit/parsed-record.js";
import type { CommittedEvent } from "../storage/event-store.js";
import type { LakeEvent, LakeStore } from "../storage/lake-store.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { RecordFollower } from "./follow-record.js";

/** A store and what it takes. */
interface Taker {
  readonly storeId: string;
  readonly takes: (event: CommittedEvent) => boolean;
  /** Undefined where records are kept as they are. */
  readonly configuration: EventConfiguration | undefined;
}

interface TakenEvent {
  readonly taker: Taker;
  readonly event: CommittedEvent;
}

/**
 * Puts the events of the record into the event data stores that select them. A range that comes again adds nothing: its
 * batches have the same tokens, and what may have been cut off is looked for.
 */
export function createIngestion(deps: { readonly settings: SettingsStore; readonly lake: LakeStore }): RecordFollower {
  const { read } = deps.settings;
  /** Compiled selectors by store. States are only ever added, so their number tells whether they are the same. */
  let compiled = new Map<string, { readonly states: number; readonly takes: Taker["takes"] }>();

  /** Read anew for each range: what a store selects must not be older than the events it is asked about. */
  async function takersByAccount(): Promise<ReadonlyMap<string, readonly Taker[]>> {
    const stores = await read
      .selectFrom("event_data_stores")
      .leftJoin("event_configurations", "event_configurations.arn", "event_data_stores.arn")
      .select(["store_id", "account_id", "event_data_stores.arn", "region", "max_event_size", "context_keys"])
      .where("kind", "in", ["CloudTrail", "Insight"])
      .execute();
    if (stores.length === 0) return new Map();
    const states = await read.selectFrom("event_data_store_states").selectAll().orderBy("sequence").execute();
    const known = compiled;
    compiled = new Map();
    const byAccount = new Map<string, Taker[]>();
    for (const { store_id: storeId, account_id: accountId, arn, region, ...row } of stores) {
      const ofStore = states.filter((state) => state.store_id === storeId);
      const before = known.get(storeId);
      const takes =
        before?.states === ofStore.length ? before.takes : storeSelectionOf({ arn, region }, ofStore.map(datedState));
      compiled.set(storeId, { states: ofStore.length, takes });
      const taker = { storeId, takes, configuration: configurationOf(row.max_event_size, row.context_keys) };
      byAccount.set(accountId, [...(byAccount.get(accountId) ?? []), taker]);
    }
    return byAccount;
  }

  /** With `eventContext` where a store asks for it. Tags are read once for all events of a batch, where any are asked for. */
  async function lakeEvents(taken: readonly TakenEvent[]): Promise<LakeEvent[]> {
    const tagged = taken.filter(({ taker }) =>
      taker.configuration?.contextKeySelectors.some(({ Type }) => Type === "TagContext"),
    );
    const records = [...new Set(tagged.map(({ event }) => parsedRecord(event)))];
    const tags = records.length === 0 ? [] : await readContextTags(read, records);
    const tagsOf = new Map(records.map((record, index) => [record, tags[index]!]));
    return taken.map(({ taker: { storeId, configuration }, event }) => {
      const kept = { storeId, eventTimeMs: wholeSecond(event.eventTimeMs), eventId: event.eventId };
      const record = parsedRecord(event);
      const enriched = configuration && withEventContext(record, configuration, tagsOf.get(record));
      if (enriched === undefined || enriched === record) return { ...kept, record: event.record, parsed: record };
      return { ...kept, record: JSON.stringify(enriched), parsed: enriched };
    });
  }

  return {
    name: "event data stores",
    async begin(range) {
      const takers = await takersByAccount();
      return {
        async take(events, batchNumber) {
          const taken: TakenEvent[] = [];
          for (const event of events)
            for (const taker of takers.get(event.accountId) ?? []) if (taker.takes(event)) taken.push({ taker, event });
          if (taken.length === 0) return;
          const token = `${range.streamId}/${range.afterCommit}/${batchNumber}`;
          await deps.lake.append(await lakeEvents(taken), token, { repeated: range.repeated });
        },
      };
    },
  };
}

function datedState(row: EventDataStoreStateRow) {
  return { ...storeStateOf(row), fromMs: row.from_ms, changedBy: row.changed_by };
}

function configurationOf(maxEventSize: string | null, contextKeys: string | null): EventConfiguration | undefined {
  const contextKeySelectors = JSON.parse(contextKeys ?? "[]") as ContextKeySelector[];
  if (contextKeySelectors.length === 0) return undefined;
  return { maxEventSize: maxEventSize as EventConfiguration["maxEventSize"], contextKeySelectors };
}

/** As `eventTime` of the record tells it, so that a store finds by time what log files do. */
function wholeSecond(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}
