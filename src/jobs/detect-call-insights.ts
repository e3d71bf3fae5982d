import { setImmediate as nextTurn } from "node:timers/promises";
import { RateDetector } from "../audit/insights/rate-detector.js";
import type { Recorder } from "../audit/recorder.js";
import type { Environment } from "../environment.js";
import { type CallRateStore, type CallSeries, type MinuteCount, seriesKeyOf } from "../storage/call-rate-store.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { assertHeld, type Lease, takeLease } from "./lease.js";
import { createInsightTeller, type Telling } from "./tell-call-insights.js";

const minuteMs = 60_000;
/** One process counts and judges, for all accounts. */
const leaseName = "call-insights";
const leaseMs = 180_000;
/** What happened in a minute is in the record so long after its end, but for what a process left that was killed. */
const settledMs = 10_000;
/** Each minute is counted again while it is one of the last: by then nearly everything is in the record. */
const countedAgainMinutes = 3;
/** How long after its call an event may be written, by the clock of who writes it, and be found by the next look. */
const lateMarginMs = 120_000;
/** What is usual is learnt from so many minutes. */
const historyMinutes = 28 * 1440;
/** Minutes that are counted, or read, at once. */
const chunkMinutes = 1440;
/** The event loop gets its turn after so many minutes. */
const minutesPerTurn = 20;

/**
 * Counts the calls of every minute that has ended, of all accounts, and tells what is unusual about them. What it knows of
 * them is in memory and made again from the counts, which give the same findings again; how far they were told, and what,
 * is in the settings store.
 *
 *     record -> counts of the minute -> judged -> events and progress (one transaction)
 */
export function createCallInsights(deps: {
  readonly settings: SettingsStore;
  readonly rates: CallRateStore;
  readonly recorder: Recorder;
  readonly environment: Environment;
  /** Names this process in leases. */
  readonly holder: string;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, rates } = deps;
  const { clock } = deps.environment;
  const teller = createInsightTeller(deps);
  /** Before, nobody may have been there to record anything. */
  const watchedFrom = Math.floor(clock.nowMs() / minuteMs) + 1;
  /** By account and region; undefined while nothing is learnt. */
  let detectors: Map<string, RateDetector> | undefined;
  let nextMinute: number | undefined;
  let lateSeenMs = clock.nowMs();

  async function hold(): Promise<Lease | undefined> {
    return settings.transact((tx) => takeLease(tx, leaseName, deps.holder, clock.nowMs(), leaseMs));
  }

  /** The first minute that was not judged yet. Of a record that was never counted, all of the last weeks is counted. */
  async function progress(closedUntil: number): Promise<number> {
    const row = await settings.read.selectFrom("call_insight_progress").selectAll().executeTakeFirst();
    if (row !== undefined) return row.next_minute;
    const first = (await rates.firstMinute(closedUntil - historyMinutes)) ?? closedUntil;
    for (let from = first; from < closedUntil; from += chunkMinutes) {
      await rates.count(from, Math.min(closedUntil, from + chunkMinutes), watchedFrom);
      await hold();
    }
    await settings.transact(async (tx) => {
      await tx.insertInto("call_insight_progress").values({ name: "all", next_minute: closedUntil }).execute();
    });
    return closedUntil;
  }

  async function learn(untilMinute: number): Promise<Map<string, RateDetector>> {
    const learnt = new Map<string, RateDetector>();
    const first = (await rates.firstMinute(untilMinute - historyMinutes)) ?? untilMinute;
    for (let from = first; from < untilMinute; from += chunkMinutes) {
      const until = Math.min(untilMinute, from + chunkMinutes);
      for await (const _ of judged(learnt, from, until)) {
        // What was found then was told then.
      }
      await hold();
    }
    return learnt;
  }

  /** Steps through minutes. @returns of each that has any, what was found. */
  async function* judged(into: Map<string, RateDetector>, fromMinute: number, untilMinute: number) {
    const { counts, watched } = await rates.readMinutes(fromMinute, untilMinute);
    const ofMinutes = byMinute(counts);
    for (let minute = fromMinute; minute < untilMinute; minute++) {
      if (minute % minutesPerTurn === 0) await nextTurn();
      const ofMinute = ofMinutes.get(minute) ?? new Map<string, Map<string, number>>();
      for (const scope of ofMinute.keys()) if (!into.has(scope)) into.set(scope, new RateDetector(minute));
      for (const [scope, detector] of into) {
        if (!watched.has(minute)) {
          detector.pass();
          continue;
        }
        const findings = detector.step(ofMinute.get(scope) ?? new Map());
        for (const { seriesKey, period } of findings)
          yield { minute, since: detector.firstMinute, series: seriesOf(scope, seriesKey), period };
        if (detector.leftOut > 0)
          deps.reportFailure(`${detector.leftOut} series of calls of ${scope} are too many to be watched`, undefined);
      }
    }
  }

  async function countLate(beforeMinute: number): Promise<void> {
    const sinceMs = lateSeenMs - lateMarginMs;
    const nowMs = clock.nowMs();
    let from: number | undefined;
    let until = 0;
    for (const minute of [...(await rates.recordedLate(sinceMs, beforeMinute)), Number.POSITIVE_INFINITY]) {
      if (from !== undefined && minute !== until) await rates.count(from, until, watchedFrom);
      if (minute !== until) from = minute;
      until = minute + 1;
    }
    lateSeenMs = nowMs;
  }

  /** Insights that last for the record, and not by the counts: some of these came late, and what is learnt now differs. */
  async function endLost(untilMinute: number): Promise<void> {
    const open = await settings.read.selectFrom("call_insights").selectAll().where("end_ms", "is", null).execute();
    const tellings: Telling[] = [];
    for (const row of open) {
      const scope = scopeName(row.account_id, row.region);
      const startMinute = row.start_ms / minuteMs;
      if (detectors?.get(scope)?.isOpen(row.series_key, startMinute)) continue;
      tellings.push(
        await teller.ended(seriesOf(scope, row.series_key), startMinute, Math.max(startMinute + 1, untilMinute)),
      );
    }
    if (tellings.length > 0)
      await settings.transact(async (tx) => {
        for (const tell of tellings) await tell(tx);
      });
  }

  async function judge(from: number, until: number, lease: Lease): Promise<void> {
    await rates.count(from - countedAgainMinutes + 1, until, watchedFrom);
    const tellings: Telling[] = [];
    for await (const { minute, since, series, period } of judged(detectors!, from, until))
      tellings.push(
        period.endMinute === undefined
          ? await teller.began(series, period, since, minute + 1)
          : await teller.ended(series, period.startMinute, period.endMinute),
      );
    await settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      for (const tell of tellings) await tell(tx);
      await tx.updateTable("call_insight_progress").set({ next_minute: until }).execute();
    });
    nextMinute = until;
  }

  return {
    /** Looks at the minutes that have ended since; short if there are none. */
    async run(): Promise<void> {
      const closedUntil = Math.floor((clock.nowMs() - settledMs) / minuteMs);
      if (detectors !== undefined && nextMinute !== undefined && nextMinute >= closedUntil) return;
      const lease = await hold();
      if (lease === undefined) {
        detectors = undefined; // another process goes on from where we stood
        return;
      }
      try {
        const next = await progress(closedUntil);
        if (detectors === undefined || nextMinute !== next) {
          detectors = undefined;
          detectors = await learn(next);
          await endLost(next);
        }
        for (let from = next; from < closedUntil; from += chunkMinutes) {
          await judge(from, Math.min(closedUntil, from + chunkMinutes), lease);
          await hold();
        }
        nextMinute = closedUntil;
        await countLate(closedUntil - countedAgainMinutes + 1);
      } catch (reason) {
        detectors = undefined; // it may know more than was told
        throw reason;
      }
    },
  };
}

function byMinute(counts: readonly MinuteCount[]): Map<number, Map<string, Map<string, number>>> {
  const minutes = new Map<number, Map<string, Map<string, number>>>();
  for (const { minute, series, calls } of counts) {
    const scopes = minutes.get(minute) ?? new Map<string, Map<string, number>>();
    minutes.set(minute, scopes);
    const scope = scopeName(series.accountId, series.region);
    const ofScope = scopes.get(scope) ?? new Map<string, number>();
    scopes.set(scope, ofScope);
    ofScope.set(seriesKeyOf(series), calls);
  }
  return minutes;
}

function scopeName(accountId: string, region: string): string {
  return `${accountId} ${region}`;
}

function seriesOf(scope: string, seriesKey: string): CallSeries {
  const [accountId = "", region = ""] = scope.split(" ");
  const [category, eventSource, eventName, errorCode] = JSON.parse(seriesKey) as [
    CallSeries["category"],
    string,
    string,
    string,
  ];
  return { accountId, region, category, eventSource, eventName, errorCode };
}
