import type { Environment } from "../environment.js";
import { BoundedCache } from "../identity/bounded-cache.js";
import type { Scope } from "../storage/scope.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { StoreBusy, StoreUnavailable } from "../storage/store-error.js";
import type { TraceIndex } from "../storage/trace-index.js";
import type { TraceRows, TraceSource } from "../storage/trace-source.js";
import type { TraceStore } from "../storage/trace-store.js";
import { readGroups } from "../tracing/groups.js";
import { traceBytesMax } from "../tracing/trace-limits.js";
import { FreshTraces } from "./indexing/fresh-traces.js";
import { LaterTraces } from "./indexing/later-traces.js";
import type { AskedPlace } from "./indexing/make-indexed-traces.js";
import { Places } from "./indexing/places.js";
import { createSweep } from "./indexing/sweep.js";
import type { MadeRows, TraceMaker } from "./indexing/trace-maker.js";

/** Documents that arrive within this time of a first one are indexed together. */
const gatherMs = 200;
/** Traces indexed at once. */
const tracesAtOnceMax = 2000;
/** Documents read at once, whatever the number of traces. */
const readBytesMax = 16 * 1024 ** 2;
/** Linked traces read for one reading; the links of other traces wait for their turn. */
const linkedTracesMax = 500;

/** The share of the time that indexing works while documents are coming in, ... */
const busyShare = 0.9;
/** ... all of it once a trace has been waiting for longer than this, ... */
const lagMsMax = 2000;
/** ... and this share, however long traces wait, while calls take all the time there is: those who send go first. */
const saturatedShare = 0.2;

const retryPauseMs = 100;
const retryPauseMsMax = 5000;
/** A trace that fails alone so often while others do not is left out. */
const attemptsMax = 5;
/** Traces that are left out and remembered, so that the sweep does not try them again and again. */
const leftOutMax = 10_000;

/** As long as `compileTrace` waits for a segment that a caller promised. */
const promisedSegmentWaitMs = 60_000;
/** A linked segment that is not there is looked for so often again, after so long each time. */
const linkWaitMs = 20_000;
const linkTriesMax = 3;
const laterTracesMax = 100_000;
const laterEveryMs = 1000;

export interface IndexingStatistics {
  /** How long the trace that waits longest has been waiting. */
  readonly lagSeconds: number;
  readonly waitingTraces: number;
  /** Since the process began: traces made and put into the index, each time they were. */
  readonly indexedTraces: number;
  /** Traces that cannot be indexed, and attempts that failed as the store did. */
  readonly leftOutTraces: number;
  readonly failedAttempts: number;
  /** Traces that were not tested against a group as its expression cannot be evaluated. */
  readonly skippedGroupTests: number;
  /** Traces that were not put on a list to be looked at again, as it was full. */
  readonly turnedAwayTraces: number;
  /** The index is known to hold what was received between; undefined until this process has swept. Epoch seconds. */
  readonly swept: { readonly fromSeconds: number; readonly untilSeconds: number } | undefined;
}

export interface TraceIndexingDeps {
  readonly source: TraceSource;
  readonly index: TraceIndex;
  readonly settings: SettingsStore;
  readonly environment: Environment;
  /** Closed with the indexing. */
  readonly maker: TraceMaker;
  readonly traceRetentionDays: number;
  /** Other processes write to the same stores. */
  readonly shared: boolean;
  readonly log: (message: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly reportFailure: (what: string, reason: unknown) => void;
  /** Whether calls take all the time there is. */
  readonly isSaturated?: () => boolean;
  /** For tests. */
  readonly freshTracesMax?: number;
}

/**
 * Keeps the index of traces up with their documents.
 *
 *     documents stored -> trace noted -> (gathered) -> its documents read -> compiled -> in the index
 *
 * Each process indexes the traces it received documents of, from what the store holds of them at that moment: so it
 * does not matter in which order, how often or by which process this is done, the latest reading counts. What a process
 * that died had noted, or what was too much to note, is found by the sweep.
 */
export function createTraceIndexing(deps: TraceIndexingDeps) {
  const { source, index, settings, environment } = deps;
  const { clock } = environment;
  const isSaturated = deps.isSaturated ?? (() => false);
  const fresh = new FreshTraces(deps.freshTracesMax);
  const promised = new LaterTraces(promisedSegmentWaitMs, {
    tracesMax: laterTracesMax,
    timesMax: Number.POSITIVE_INFINITY,
  });
  const unlinked = new LaterTraces(linkWaitMs, { tracesMax: laterTracesMax, timesMax: linkTriesMax });
  const places = new Places(clock.nowMs());
  const leftOut = new BoundedCache<string, true>(leftOutMax);
  const attempts = new BoundedCache<string, number>(leftOutMax);
  const counts = { indexed: 0, leftOut: 0, failed: 0, skippedGroupTests: 0 };

  let timer: NodeJS.Timeout | undefined;
  let laterTimer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;
  let atOnceMax = tracesAtOnceMax;
  let pauseMs = 0;
  let inHandMs: number | undefined;
  let lastVersion = 0;

  const sweep = createSweep({ ...deps, isLeftOut, indexTraces, isBusy: () => lagMs() > lagMsMax });

  /** Notes that documents of these traces became durable. */
  function noteReceived(scope: Scope, traceIds: Iterable<string>): void {
    fresh.note(scope, traceIds, clock.monotonicMs());
    wake(gatherMs);
  }

  function wake(afterMs: number): void {
    if (closed || timer !== undefined || running !== undefined || fresh.size === 0) return;
    timer = setTimeout(() => void runFresh(), afterMs);
  }

  /** One run at a time; never rejects. */
  function runFresh(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running ??= indexFresh().then((restMs) => {
      running = undefined;
      wake(Math.max(restMs, gatherMs));
    });
    return running;
  }

  /** Indexes what was noted before the call. @returns how long to rest after it. */
  async function indexFresh(): Promise<number> {
    const batches = fresh.size;
    let worked = 0;
    for (let begun = 0; begun < batches; ) {
      const batch = fresh.take(atOnceMax);
      if (batch === undefined) break;
      begun += batch.notedMs.size;
      [inHandMs] = batch.notedMs.values();
      try {
        await source.settled();
        const before = clock.monotonicMs();
        await indexTraces(batch.scope, [...batch.notedMs.keys()]);
        worked += clock.monotonicMs() - before;
        atOnceMax = Math.min(atOnceMax * 4, tracesAtOnceMax);
        pauseMs = 0;
        if (isSaturated()) break; // to rest before the next ones
      } catch (reason) {
        await retryLater(batch.scope, [...batch.notedMs.keys()], reason);
        break;
      } finally {
        inHandMs = undefined;
      }
    }
    if (pauseMs > 0) return pauseMs;
    if (isSaturated()) return restFor(worked, saturatedShare);
    return lagMs() > lagMsMax ? 0 : restFor(worked, busyShare);
  }

  /** The store is in trouble, or one of these traces is too much for it: fewer at once tell the one from the other. */
  async function retryLater(scope: Scope, traceIds: readonly string[], reason: unknown): Promise<void> {
    counts.failed++;
    if (pauseMs === 0) deps.reportFailure("traces could not be indexed and will be tried again", reason);
    pauseMs = Math.min(pauseMs * 2 + retryPauseMs, retryPauseMsMax);
    atOnceMax = Math.max(1, Math.floor(atOnceMax / 4));
    const [traceId] = traceIds;
    if (traceIds.length === 1) {
      const key = keyOf(scope, traceId!);
      const made = (attempts.get(key) ?? 0) + 1;
      attempts.set(key, made);
      if (made >= attemptsMax && (await storeIsWell())) return leaveOut(scope, traceId!, reason);
    }
    fresh.note(scope, traceIds, clock.monotonicMs());
  }

  /** Whether it is this trace and not the store that fails. */
  async function storeIsWell(): Promise<boolean> {
    try {
      await source.receivedTraces({ fromMs: 0, untilMs: 1, limit: 1 });
      return true;
    } catch {
      return false;
    }
  }

  /** @throws StoreUnavailable or StoreBusy; whatever else is wrong is a trace's, which is left out. */
  function indexTraces(scope: Scope, traceIds: readonly string[]): Promise<void> {
    // In turn, so that where a trace stands is known when it is indexed again.
    const mine = turn.then(() => indexAll(scope, traceIds));
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function indexAll(scope: Scope, traceIds: readonly string[]): Promise<void> {
    let waiting = [...traceIds];
    while (waiting.length > 0) {
      try {
        const { read, more } = await indexSome(scope, waiting);
        // What is neither there nor to come has left the store, or was never in it.
        waiting = waiting.filter((traceId) => !read.has(traceId));
        if (!more) for (const traceId of waiting.splice(0)) forget(scope, traceId);
      } catch (reason) {
        if (reason instanceof StoreUnavailable || reason instanceof StoreBusy) throw reason;
        if (waiting.length === 1) return leaveOut(scope, waiting[0]!, reason);
        const middle = waiting.length >> 1;
        await indexAll(scope, waiting.slice(0, middle));
        waiting = waiting.slice(middle);
      }
    }
  }

  /** As many as are read at once. */
  async function indexSome(scope: Scope, traceIds: readonly string[]) {
    const [groups, documents] = await Promise.all([readGroups(settings.read, scope), read(scope, traceIds)]);
    const made = await deps.maker.make(
      {
        scope,
        documents,
        bytesMaxPerTrace: traceBytesMax,
        groups: groups.map(({ name, arn, filterExpression }) => ({ name, arn, filterExpression })),
        nowMs: clock.nowMs(),
        versionAbove: lastVersion,
      },
      {
        readLinked: (linkedIds) => read(scope, linkedIds.slice(0, linkedTracesMax)),
        formerPlaces: (asked) => formerPlaces(scope, asked),
      },
    );
    lastVersion = made.version;
    await index.putEncoded(scope, made.encoded);
    noteMade(scope, made);
    if (deps.shared) await noteStrays(scope, made);
    return { read: new Set(made.read), more: made.more };
  }

  function read(scope: Scope, traceIds: readonly string[]): Promise<TraceRows> {
    return source.readRows(scope, traceIds, { bytesMaxPerTrace: traceBytesMax, bytesMax: readBytesMax });
  }

  /** Where those of the traces stood that stood elsewhere than at the time in their ids, or may have. */
  async function formerPlaces(scope: Scope, asked: readonly AskedPlace[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const unknown: string[] = [];
    for (const { traceId, movable, receivedFromMs } of asked) {
      const remembered = places.get(scope, traceId);
      if (remembered !== undefined) found.set(traceId, remembered);
      else if (movable && !places.wouldKnow(receivedFromMs)) unknown.push(traceId);
    }
    if (unknown.length > 0)
      for (const { traceId, timeMs } of await index.positionsOf(scope, unknown)) found.set(traceId, timeMs);
    return found;
  }

  function noteMade(scope: Scope, made: MadeRows): void {
    const nowMs = clock.monotonicMs();
    const [promisedIds, unlinkedIds] = [new Set(made.promised), new Set(made.unlinked)];
    for (const { traceId, timeMs, movable } of made.traces) {
      if (promisedIds.has(traceId)) promised.putOff(scope, traceId, nowMs);
      else promised.settle(scope, traceId);
      if (unlinkedIds.has(traceId)) unlinked.putOff(scope, traceId, nowMs);
      else unlinked.settle(scope, traceId);
      if (movable) places.set(scope, traceId, timeMs, clock.nowMs());
    }
    for (const { traceId, reason } of made.failed) leaveOut(scope, traceId, reason);
    counts.indexed += made.traces.length;
    counts.skippedGroupTests += made.skippedGroupTests;
    wakeLater();
  }

  /**
   * Another process may have put a trace elsewhere at the same moment, neither knowing of the other. Whoever sees both
   * places indexes the trace again, from all there is, and takes it away from the other place.
   */
  async function noteStrays(scope: Scope, made: MadeRows): Promise<void> {
    const placeOf = new Map(
      made.traces.flatMap(({ traceId, timeMs, movable }): [string, number][] => (movable ? [[traceId, timeMs]] : [])),
    );
    if (placeOf.size === 0) return;
    for (const { traceId, timeMs } of await index.positionsOf(scope, [...placeOf.keys()])) {
      if (placeOf.get(traceId) === timeMs) continue;
      places.set(scope, traceId, timeMs, clock.nowMs());
      fresh.note(scope, [traceId], clock.monotonicMs());
    }
  }

  /** Until more of it is received. */
  function leaveOut(scope: Scope, traceId: string, reason: unknown): void {
    counts.leftOut++;
    forget(scope, traceId);
    if (isLeftOut(scope, traceId)) return;
    leftOut.set(keyOf(scope, traceId), true);
    deps.reportFailure(`trace ${traceId} of ${scope.accountId} in ${scope.region} cannot be indexed`, reason);
  }

  function isLeftOut(scope: Scope, traceId: string): boolean {
    return leftOut.get(keyOf(scope, traceId)) === true;
  }

  function forget(scope: Scope, traceId: string): void {
    promised.settle(scope, traceId);
    unlinked.settle(scope, traceId);
  }

  function wakeLater(): void {
    if (closed || laterTimer !== undefined || promised.size + unlinked.size === 0) return;
    laterTimer = setTimeout(() => {
      laterTimer = undefined;
      noteDue();
      wakeLater();
    }, laterEveryMs);
    laterTimer.unref();
  }

  function noteDue(): void {
    const nowMs = clock.monotonicMs();
    for (const { scope, traceId } of [...promised.takeDue(nowMs), ...unlinked.takeDue(nowMs)])
      noteReceived(scope, [traceId]);
  }

  function lagMs(): number {
    const oldestMs = Math.min(fresh.oldestMs ?? Number.POSITIVE_INFINITY, inHandMs ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(oldestMs) ? Math.max(0, clock.monotonicMs() - oldestMs) : 0;
  }

  return {
    noteReceived,

    /** The store, noting what it acknowledges. */
    noting(traces: TraceStore): TraceStore {
      return {
        async putSegments(scope, batch) {
          await traces.putSegments(scope, batch);
          noteReceived(scope, new Set(batch.map(({ traceId }) => traceId)));
        },
        readTraces: (scope, traceIds, bytesMaxPerTrace) => traces.readTraces(scope, traceIds, bytesMaxPerTrace),
      };
    },

    /** Indexes what was noted before the call, and what is due to be indexed again. */
    async run(): Promise<void> {
      noteDue();
      await running;
      await runFresh();
    },

    /** Finds what was not noted, and brings the totals of past minutes up to date. To be called every few seconds. */
    async sweep(): Promise<void> {
      if (fresh.takeOverflow()) deps.log("more traces at once than can be noted: the sweep will find the others");
      await sweep.run();
    },

    stats(): IndexingStatistics {
      return {
        lagSeconds: lagMs() / 1000,
        waitingTraces: fresh.size,
        indexedTraces: counts.indexed,
        leftOutTraces: counts.leftOut,
        failedAttempts: counts.failed,
        skippedGroupTests: counts.skippedGroupTests,
        turnedAwayTraces: promised.turnedAway + unlinked.turnedAway,
        swept: sweep.swept(),
      };
    },

    /** Indexes what was noted; if the store does not let it, the next process finds it. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      clearTimeout(laterTimer);
      await sweep.stop();
      await running;
      while (fresh.size > 0 && pauseMs === 0) await runFresh();
      await deps.maker.close();
      await sweep.release();
    },
  };
}

/** The rest that makes the work done before it a share of the time. */
function restFor(workedMs: number, share: number): number {
  return workedMs * ((1 - share) / share);
}

export type TraceIndexing = ReturnType<typeof createTraceIndexing>;

function keyOf(scope: Scope, traceId: string): string {
  return `${scope.accountId}/${scope.region}/${traceId}`;
}
