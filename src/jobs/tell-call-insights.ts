import { insightEvent, type ObservedCalls, type ToldInsight } from "../audit/insights/insight-event.js";
import { type InsightSelection, wantsInsight } from "../audit/insights/insight-selection.js";
import type { UnusualPeriod } from "../audit/insights/series-watch.js";
import type { Recorder } from "../audit/recorder.js";
import type { TrailRow } from "../audit/trails.js";
import type { Environment } from "../environment.js";
import { type CallRateStore, type CallSeries, seriesKeyOf } from "../storage/call-rate-store.js";
import type { EventRow } from "../storage/event-store.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import { createSelectionCache } from "./delivery-context.js";

const minuteMs = 60_000;
/** About a week, as AWS has it. */
const baselineMinutes = 7 * 1440;
/** Event history is as long. */
const keptMs = 90 * 86_400_000;

interface Addressee {
  readonly type: string;
  readonly name: string;
}

/** What of a finding goes into the settings store and the record, together. */
export type Telling = (tx: SettingsTransaction) => Promise<void>;

/**
 * Turns what was found into events for those who want them: one for all trails that want Insights of management events,
 * one for each trail that wants those of data events, one for each event data store.
 */
export function createInsightTeller(deps: {
  readonly settings: SettingsStore;
  readonly rates: CallRateStore;
  readonly recorder: Recorder;
  readonly environment: Environment;
}) {
  const { settings, rates, recorder } = deps;
  const { ids, clock } = deps.environment;
  const selections = createSelectionCache(settings);

  async function observedCalls(series: CallSeries, fromMinute: number, untilMinute: number): Promise<ObservedCalls> {
    return { ...(await rates.readTotals(series, fromMinute, untilMinute)), minutes: untilMinute - fromMinute };
  }

  async function trailsThatSelect(event: EventRow): Promise<TrailRow[]> {
    const trails = await settings.read
      .selectFrom("trails")
      .selectAll()
      .where("account_id", "=", event.accountId)
      .where("insight_selectors", "=", 1)
      .where("deleted_ms", "is", null)
      .execute();
    const chosen: TrailRow[] = [];
    for (const trail of trails) if ((await selections(trail)).selects(event)) chosen.push(trail);
    return chosen;
  }

  /** Stores that want Insights of a series, by the store that gets them. */
  async function storesFor(series: CallSeries, startMinute: number): Promise<Addressee[]> {
    if (series.category !== "Management") return [];
    const rows = await settings.read
      .selectFrom("event_data_store_insights")
      .innerJoin("event_data_stores as source", "source.store_id", "event_data_store_insights.store_id")
      .innerJoin("event_data_stores as destination", "destination.arn", "event_data_store_insights.destination_arn")
      .select(["source.region", "source.multi_region", "destination_arn", "selections", "since_ms"])
      .where("event_data_store_insights.account_id", "=", series.accountId)
      .where("source.status", "=", "ENABLED")
      .where("destination.status", "=", "ENABLED")
      .execute();
    const insightType = series.errorCode === "" ? "ApiCallRateInsight" : "ApiErrorRateInsight";
    const wanted = rows.filter(
      (row) =>
        (row.multi_region === 1 || row.region === series.region) &&
        row.since_ms <= (startMinute + 1) * minuteMs &&
        wantsInsight(JSON.parse(row.selections) as InsightSelection[], { insightType, category: "Management" }),
    );
    return [...new Set(wanted.map((row) => row.destination_arn))].map((name) => ({
      type: "AWS::CloudTrail::EventDataStore",
      name,
    }));
  }

  /** Who gets an event: undefined stands for every trail that selects it. */
  async function addresseesOf(
    series: CallSeries,
    startMinute: number,
    eventFor: (addressee?: Addressee) => EventRow,
  ): Promise<(Addressee | undefined)[]> {
    const stores = await storesFor(series, startMinute);
    if (series.category === "Management")
      return [...((await trailsThatSelect(eventFor())).length > 0 ? [undefined] : []), ...stores];
    const trails = await trailsThatSelect(eventFor());
    return [...trails.map(({ arn }) => ({ type: "AWS::CloudTrail::Trail", name: arn })), ...stores];
  }

  return {
    /**
     * @param since     the first minute in which the account and region was watched.
     * @param untilMinute the end of the minute by which it was found.
     */
    async began(series: CallSeries, period: UnusualPeriod, since: number, untilMinute: number): Promise<Telling> {
      const { startMinute, grounds } = period;
      const from = Math.min(startMinute - 1, Math.max(since, startMinute - baselineMinutes));
      const baseline = await observedCalls(series, from, startMinute);
      const observed = await observedCalls(series, startMinute, untilMinute);
      const tellings: { event: EventRow; sharedEventId: string; told: ToldInsight; addressee?: Addressee }[] = [];
      const make = (addressee?: Addressee) => {
        const source = series.category === "Data" ? addressee?.name : undefined;
        const told = { series, startMinute, grounds, baseline, ...(source !== undefined && { insightSource: source }) };
        const sharedEventId = ids.uuid();
        const facts = { eventId: ids.uuid(), sharedEventId, state: "Start" as const, minute: startMinute, observed };
        return { event: insightEvent(told, { ...facts, ...(addressee && { addressee }) }), sharedEventId, told };
      };
      for (const addressee of await addresseesOf(series, startMinute, (to) => make(to).event))
        tellings.push({ ...make(addressee), ...(addressee && { addressee }) });

      return async (tx) => {
        for (const { event, sharedEventId, told, addressee } of tellings) {
          await recorder.recordWith(tx, event);
          await tx
            .insertInto("call_insights")
            .values({
              shared_event_id: sharedEventId,
              account_id: series.accountId,
              region: series.region,
              series_key: seriesKeyOf(series),
              addressee: addressee === undefined ? "" : JSON.stringify(addressee),
              start_ms: startMinute * minuteMs,
              end_ms: null,
              finding: JSON.stringify(told),
            })
            .execute();
        }
      };
    },

    /** @param endMinute the first minute after the period. */
    async ended(series: CallSeries, startMinute: number, endMinute: number): Promise<Telling> {
      const open = await settings.read
        .selectFrom("call_insights")
        .selectAll()
        .where("account_id", "=", series.accountId)
        .where("region", "=", series.region)
        .where("series_key", "=", seriesKeyOf(series))
        .where("start_ms", "=", startMinute * minuteMs)
        .where("end_ms", "is", null)
        .execute();
      const observed = open.length === 0 ? undefined : await observedCalls(series, startMinute, endMinute);
      const events: EventRow[] = [];
      for (const row of open) {
        const addressee = row.addressee === "" ? undefined : (JSON.parse(row.addressee) as Addressee);
        const event = insightEvent(JSON.parse(row.finding) as ToldInsight, {
          eventId: ids.uuid(),
          sharedEventId: row.shared_event_id,
          state: "End",
          minute: endMinute,
          observed: observed!,
          ...(addressee && { addressee }),
        });
        // Whoever turned Insights off in between does not want its end either.
        const isForStore = addressee?.type === "AWS::CloudTrail::EventDataStore";
        if (isForStore || (await trailsThatSelect(event)).length > 0) events.push(event);
      }
      return async (tx) => {
        for (const event of events) await recorder.recordWith(tx, event);
        for (const row of open)
          await tx
            .updateTable("call_insights")
            .set({ end_ms: endMinute * minuteMs })
            .where("shared_event_id", "=", row.shared_event_id)
            .execute();
        await tx
          .deleteFrom("call_insights")
          .where("end_ms", "<", clock.nowMs() - keptMs)
          .execute();
      };
    },
  };
}
