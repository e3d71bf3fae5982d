import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../../environment.js";
import type { Scope } from "../../storage/scope.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { ScopedTraceId, TraceIndex } from "../../storage/trace-index.js";
import type { TraceSource } from "../../storage/trace-source.js";
import { assertHeld, type Lease, LeaseLost, releaseLeases, takeLease } from "../lease.js";

const leaseName = "index traces";
const leaseMs = 60_000;
const renewEveryMs = 20_000;

/** Documents received so lately are left to the process that received them. */
const graceMs = 5_000;
/** Clocks of processes may differ by so much, and a document become durable so long after it was received. */
const overlapMs = 30_000;
/**
 * What was received so shortly before an earlier process ended is indexed again when this one starts: that process may
 * have waited for more of it, and of two documents received in one millisecond the sweep cannot tell that one is missing.
 */
const catchUpMs = 75_000;

/** Traces found at once. */
const pageTracesMax = 1000;
/** Between two looks at what came lately, while the index is made for what came long ago. */
const forwardEveryMs = 10_000;
const chunkMsFirst = 60_000;
const chunkMsMin = 1_000;
const chunkMsMax = 86_400_000;
const dayMs = 86_400_000;

/** A sweep works for at most this share of the time, and lets what is received go first for so long. */
const share = 0.5;
const restMsMax = 5_000;
const busyLookMs = 200;

const progressLogEveryMs = 10_000;

interface Swept {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Finds the traces whose documents came to the store and did not get into the index. */
export function createSweep(deps: {
  readonly source: TraceSource;
  readonly index: TraceIndex;
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly traceRetentionDays: number;
  readonly log: (message: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly isLeftOut: (scope: Scope, traceId: string) => boolean;
  readonly indexTraces: (scope: Scope, traceIds: readonly string[]) => Promise<void>;
  readonly isBusy: () => boolean;
}) {
  const { source, index, settings, environment } = deps;
  const { clock } = environment;
  const holder = environment.ids.uuid();
  const startedMs = clock.nowMs();
  let known: Swept | undefined;
  let caughtUp = false;
  let looked = false;
  let chunkMs = chunkMsFirst;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let renewedMs = Number.NEGATIVE_INFINITY;
  let found = 0;
  let loggedMs = Number.NEGATIVE_INFINITY;

  async function run(): Promise<void> {
    await catchUp();
    try {
      await sweepAsHolder();
    } catch (reason) {
      if (!(reason instanceof LeaseLost)) throw reason; // another process goes on from what is committed
    }
  }

  /** Once in the life of a process: what the one before it may not have finished. */
  async function catchUp(): Promise<void> {
    if (caughtUp) return;
    const swept = await readSwept();
    if (swept !== undefined) {
      const range = { fromMs: swept.untilMs - catchUpMs, untilMs: startedMs + 1, limit: pageTracesMax };
      let after: ScopedTraceId | undefined;
      do {
        const page: readonly ScopedTraceId[] = await source.receivedTraces({ ...range, after });
        await indexPage(page);
        after = page.length < pageTracesMax ? undefined : page.at(-1);
      } while (after !== undefined && !stopped());
    }
    caughtUp = !stopped();
  }

  async function sweepAsHolder(): Promise<void> {
    while (!stopped()) {
      const lease = await settings.transact((tx) => takeLease(tx, leaseName, holder, clock.nowMs(), leaseMs));
      if (lease === undefined) return;
      renewedMs = clock.monotonicMs();
      known = await beginning(lease);
      await forward(lease, known);
      await index.rollUp(clock.nowMs());
      const backUntilMs = clock.monotonicMs() + forwardEveryMs;
      while (!stopped() && known.fromMs > oldestMs() && clock.monotonicMs() < backUntilMs)
        known = await backward(lease, known);
      if (known.fromMs <= oldestMs()) return;
    }
  }

  /** An index that holds nothing is begun anew, whatever was swept: it was emptied, or a new version made another. */
  async function beginning(lease: Lease): Promise<Swept> {
    const swept = await readSwept();
    const first = !looked;
    looked = true;
    if (swept !== undefined && !(first && (await index.isEmpty()))) return swept;
    const untilMs = clock.nowMs() - graceMs;
    return save(lease, { fromMs: untilMs, untilMs });
  }

  async function forward(lease: Lease, swept: Swept): Promise<void> {
    const untilMs = clock.nowMs() - graceMs;
    if (untilMs <= swept.untilMs) return;
    const fromMs = Math.max(swept.fromMs, swept.untilMs - overlapMs);
    if (await indexRange(lease, fromMs, untilMs)) known = await save(lease, { fromMs: swept.fromMs, untilMs });
  }

  /** Newest first: who looks for a trace mostly looks for a recent one. */
  async function backward(lease: Lease, swept: Swept): Promise<Swept> {
    const firstMs = (await source.firstReceivedMs()) ?? Number.POSITIVE_INFINITY;
    const isAll = firstMs >= swept.fromMs;
    const fromMs = isAll ? oldestMs() : Math.max(oldestMs(), swept.fromMs - chunkMs);
    const before = found;
    if (!isAll && !(await indexRange(lease, fromMs, swept.fromMs))) return swept;
    const many = found - before >= pageTracesMax;
    chunkMs = many ? Math.max(chunkMs / 2, chunkMsMin) : Math.min(chunkMs * 2, chunkMsMax);
    logProgress(fromMs);
    return save(lease, { fromMs: Math.round(fromMs), untilMs: swept.untilMs });
  }

  function logProgress(fromMs: number): void {
    const done = fromMs <= oldestMs();
    if (found === 0 || (!done && clock.monotonicMs() - loggedMs < progressLogEveryMs)) return;
    loggedMs = clock.monotonicMs();
    const facts = { traces: found, backTo: new Date(fromMs).toISOString() };
    deps.log(done ? "the index of traces is complete" : "the index of traces is being made", facts);
    if (done) found = 0;
  }

  /**
   * Indexes what was received in a range and is not in the index: in halves where that is more than a page.
   * @returns false if it was stopped before its end.
   */
  async function indexRange(lease: Lease, fromMs: number, untilMs: number): Promise<boolean> {
    if (stopped()) return false;
    await renew(lease);
    const page = await index.unindexed(fromMs, untilMs, pageTracesMax);
    const missing = page.filter(({ scope, traceId }) => !deps.isLeftOut(scope, traceId));
    found += missing.length;
    await indexPage(missing);
    if (page.length < pageTracesMax) return !stopped();
    const middleMs = Math.floor((fromMs + untilMs) / 2);
    if (middleMs > fromMs)
      return (await indexRange(lease, fromMs, middleMs)) && (await indexRange(lease, middleMs, untilMs));
    // All of one millisecond: again, as long as that finds others.
    return missing.length === 0 || indexRange(lease, fromMs, untilMs);
  }

  async function indexPage(page: readonly ScopedTraceId[]): Promise<void> {
    const ofScope = new Map<string, { scope: Scope; traceIds: string[] }>();
    for (const { scope, traceId } of page) {
      const key = `${scope.accountId}/${scope.region}`;
      const group = ofScope.get(key);
      if (group) group.traceIds.push(traceId);
      else ofScope.set(key, { scope, traceIds: [traceId] });
    }
    for (const { scope, traceIds } of ofScope.values()) {
      if (stopped()) return;
      const before = clock.monotonicMs();
      await deps.indexTraces(scope, traceIds);
      await rest((clock.monotonicMs() - before) * ((1 - share) / share));
    }
  }

  async function rest(ms: number): Promise<void> {
    if (ms >= 1) await pause(Math.min(ms, restMsMax));
    for (let waited = 0; deps.isBusy() && waited < restMsMax && !stopped(); waited += busyLookMs)
      await pause(busyLookMs);
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  function stopped(): boolean {
    return stopping.signal.aborted;
  }

  async function renew(lease: Lease): Promise<void> {
    if (clock.monotonicMs() - renewedMs < renewEveryMs) return;
    await settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      await takeLease(tx, lease.name, lease.holder, clock.nowMs(), leaseMs);
    });
    renewedMs = clock.monotonicMs();
  }

  async function readSwept(): Promise<Swept | undefined> {
    const row = await settings.read.selectFrom("xray_index_sweep").selectAll().executeTakeFirst();
    return row && { fromMs: row.swept_from_ms, untilMs: row.swept_until_ms };
  }

  async function save(lease: Lease, swept: Swept): Promise<Swept> {
    const values = { swept_from_ms: swept.fromMs, swept_until_ms: swept.untilMs };
    await settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      await tx
        .insertInto("xray_index_sweep")
        .values({ name: "sweep", ...values })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
        .execute();
    });
    return swept;
  }

  function oldestMs(): number {
    return clock.nowMs() - (deps.traceRetentionDays + 1) * dayMs;
  }

  return {
    /** Sweeps until nothing is left to do, if no other process does. A second call joins the first. */
    run(): Promise<void> {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },

    /** Ends a sweep that is under way, after the page it is at. */
    async stop(): Promise<void> {
      stopping.abort();
      await running?.catch(() => undefined);
    },

    /** Lets another process go on at once. */
    async release(): Promise<void> {
      await releaseLeases(settings, holder);
    },

    swept() {
      return known && { fromSeconds: known.fromMs / 1000, untilSeconds: known.untilMs / 1000 };
    },
  };
}
