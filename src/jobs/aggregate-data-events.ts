import {
  type AggregatedWindow,
  addCounts,
  addEvent,
  aggregatedEvent,
  type Counts,
  dimensionsOf,
  other,
  primaryValues,
  windowMs,
} from "../audit/aggregation.js";
import type { Recorder } from "../audit/recorder.js";
import { aggregationsOf } from "../audit/trail-selection.js";
import { stateRows, type TrailRow } from "../audit/trails.js";
import type { Environment } from "../environment.js";
import type { CommittedEvent } from "../storage/event-store.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import { datedState } from "./delivery-context.js";
import type { RecordFollower } from "./follow-record.js";

/** Of one window and template of a trail: beyond this many primary values, they are counted together. */
const primaryValuesMax = 1000;
/** How long after its end a window stays open for what is followed late. What comes later still gets an event of its own. */
const closeAfterMs = 60_000;
/** Events made in one transaction. */
const closedMax = 100;

/**
 * Sums up the data events of trails that want it.
 *
 *     events followed -> counts in the settings store, with the checkpoint -> window over -> aggregated events, outbox
 *
 * Counts grow in the transaction that moves the checkpoint of the record, and leave in the one that puts the aggregated
 * events into the outbox, so each event counts once. The delivery of trails then finds them like any other event.
 */
export function createAggregation(deps: {
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly recorder: Recorder;
}): { readonly follower: RecordFollower; run(): Promise<void> } {
  const { settings, environment, recorder } = deps;

  /** Trails that ever wanted aggregation, each with what it wants of an event. */
  async function wanting() {
    const rows = await settings.read
      .selectFrom("trails")
      .selectAll()
      .where("trail_id", "in", (query) =>
        query.selectFrom("trail_states").select("trail_id").where("aggregations", "is not", null),
      )
      .execute();
    return Promise.all(
      rows.map(async (trail) => ({
        trail,
        wants: aggregationsOf(
          { arn: trail.arn, homeRegion: trail.home_region },
          (await stateRows(settings.read, trail.trail_id)).map(datedState),
        ),
      })),
    );
  }

  return {
    follower: {
      name: "aggregate data events",
      async begin() {
        const trails = await wanting();
        const gathered = new Map<string, Gathered>();
        return {
          async take(events) {
            for (const { trail, wants } of trails) for (const event of events) gather(gathered, trail, event, wants);
          },
          async settle(tx) {
            for (const each of gathered.values()) await store(tx, each);
          },
        };
      },
    },

    /** Makes the events of the windows that are over. */
    async run(): Promise<void> {
      const before = environment.clock.nowMs() - windowMs - closeAfterMs;
      for (;;) {
        const closed = await settings.transact(async (tx) => {
          const rows = await tx
            .selectFrom("aggregate_counts")
            .innerJoin("trails", "trails.trail_id", "aggregate_counts.trail_id")
            .selectAll("aggregate_counts")
            .select(["trails.arn", "trails.account_id"])
            .where("window_start_ms", "<=", before)
            .orderBy("window_start_ms")
            .limit(closedMax)
            .execute();
          for (const row of rows) {
            const window = {
              trailArn: row.arn,
              accountId: row.account_id,
              region: row.region,
              eventSource: row.event_source,
              template: row.template as AggregatedWindow["template"],
              primaryValue: row.primary_value,
              windowStartMs: row.window_start_ms,
            };
            const event = aggregatedEvent(window, JSON.parse(row.counts) as Counts, environment.ids.uuid());
            await recorder.recordWith(tx, event);
            await keyed(tx.deleteFrom("aggregate_counts"), row).execute();
          }
          return rows.length;
        });
        if (closed < closedMax) break;
      }
      await settings.transact(async (tx) => {
        // Of trails that are gone.
        await tx.deleteFrom("aggregate_counts").where("window_start_ms", "<=", before).execute();
      });
    },
  };
}

interface CountKey {
  readonly trail_id: string;
  readonly region: string;
  readonly window_start_ms: number;
  readonly event_source: string;
  readonly template: string;
  readonly primary_value: string;
}

interface Gathered {
  readonly key: CountKey;
  readonly counts: Counts;
}

function gather(
  gathered: Map<string, Gathered>,
  trail: TrailRow,
  event: CommittedEvent,
  wants: ReturnType<typeof aggregationsOf>,
): void {
  if (event.category !== "Data" || event.accountId !== trail.account_id) return;
  const templates = wants(event);
  if (templates.length === 0) return;
  const values = dimensionsOf(event);
  for (const template of templates)
    for (const primary_value of primaryValues(template, values)) {
      const key: CountKey = {
        trail_id: trail.trail_id,
        region: event.region,
        window_start_ms: Math.floor(event.eventTimeMs / windowMs) * windowMs,
        event_source: event.eventSource,
        template,
        primary_value,
      };
      const name = JSON.stringify(key);
      const each = gathered.get(name) ?? { key, counts: { count: 0, details: {} } };
      addEvent(each.counts, template, values);
      gathered.set(name, each);
    }
}

async function store(tx: SettingsTransaction, { key, counts }: Gathered): Promise<void> {
  const read = (of: CountKey) => keyed(tx.selectFrom("aggregate_counts"), of).select("counts").executeTakeFirst();
  let at = key;
  let before = await read(at);
  if (before === undefined && (await isFull(tx, key))) {
    at = { ...key, primary_value: other };
    before = await read(at);
  }
  const all: Counts = { count: 0, details: {} };
  if (before !== undefined) addCounts(all, JSON.parse(before.counts) as Counts);
  addCounts(all, counts);
  const text = JSON.stringify(all);
  await (before === undefined
    ? tx
        .insertInto("aggregate_counts")
        .values({ ...at, counts: text })
        .execute()
    : keyed(tx.updateTable("aggregate_counts"), at).set({ counts: text }).execute());
}

async function isFull(tx: SettingsTransaction, key: CountKey): Promise<boolean> {
  const { count } = await tx
    .selectFrom("aggregate_counts")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("trail_id", "=", key.trail_id)
    .where("region", "=", key.region)
    .where("window_start_ms", "=", key.window_start_ms)
    .where("template", "=", key.template)
    .executeTakeFirstOrThrow();
  return Number(count) >= primaryValuesMax;
}

interface Filtered<Query> {
  where(column: keyof CountKey, operator: "=", value: string | number): Query;
}

function keyed<Query extends Filtered<Query>>(query: Query, key: CountKey): Query {
  return query
    .where("trail_id", "=", key.trail_id)
    .where("region", "=", key.region)
    .where("window_start_ms", "=", key.window_start_ms)
    .where("event_source", "=", key.event_source)
    .where("template", "=", key.template)
    .where("primary_value", "=", key.primary_value);
}
