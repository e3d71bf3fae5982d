import type { Environment } from "../environment.js";
import type { Scope } from "../storage/scope.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { StoreBusy, StoreUnavailable } from "../storage/store-error.js";
import type { StoredTrace, TraceStore } from "../storage/trace-store.js";
import { readWholeTraces, retrievalKeptMs, retrievalMsMax } from "../tracing/retrievals.js";
import { traceBytesMax } from "../tracing/trace-limits.js";

/** Read at once: 2.5 MB at most. */
const tracesAtOnce = 5;
/** A worker that has not ended after so long is taken for dead. */
const workerMsMax = 300_000;

export interface RetrievalDeps {
  readonly traces: TraceStore;
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly reportFailure: (what: string, reason: unknown) => void;
}

interface Claimed {
  readonly token: string;
  readonly scope: Scope;
  readonly traceIds: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly begunMs: number;
}

/**
 * Carries out the retrievals that were asked for: finds which of the traces exist and meet the range. Several processes
 * may run it at once; each retrieval is one worker's until it ends or is taken for dead.
 */
export function createRetrievals(deps: RetrievalDeps) {
  const { settings, environment } = deps;

  /** The oldest that waits, now ours. */
  async function claim(nowMs: number): Promise<Claimed | undefined> {
    const waiting = () => [
      { status: "SCHEDULED", begunUntilMs: nowMs },
      { status: "RUNNING", begunUntilMs: nowMs - workerMsMax },
    ];
    for (const { status, begunUntilMs } of waiting()) {
      const query = (queries: SettingsStore["read"]) =>
        queries
          .selectFrom("xray_retrievals")
          .selectAll()
          .where("status", "=", status)
          .where("begun_ms", "<=", begunUntilMs)
          .where("created_ms", ">", nowMs - retrievalMsMax)
          .orderBy("created_ms")
          .limit(1)
          .executeTakeFirst();
      // Looked at without a transaction first: mostly nothing waits.
      if ((await query(settings.read)) === undefined) continue;
      const row = await settings.transact(async (tx) => {
        const next = await query(tx);
        if (next !== undefined)
          await tx
            .updateTable("xray_retrievals")
            .set({ status: "RUNNING", begun_ms: nowMs })
            .where("token", "=", next.token)
            .execute();
        return next;
      });
      if (row !== undefined)
        return {
          token: row.token,
          scope: { accountId: row.account_id, region: row.region },
          traceIds: JSON.parse(row.trace_ids) as string[],
          fromMs: row.from_ms,
          untilMs: row.until_ms,
          begunMs: nowMs,
        };
    }
    return undefined;
  }

  async function carryOut(claimed: Claimed): Promise<void> {
    const { scope, traceIds } = claimed;
    try {
      const found: { traceId: string; startSeconds: number }[] = [];
      for (let index = 0; index < traceIds.length; index += tracesAtOnce) {
        const some = traceIds.slice(index, index + tracesAtOnce);
        for (const trace of await readWholeTraces(deps.traces, scope, some, traceBytesMax)) {
          const { startSeconds, endSeconds } = extentOf(trace);
          if (startSeconds * 1000 <= claimed.untilMs && endSeconds * 1000 >= claimed.fromMs)
            found.push({ traceId: trace.traceId, startSeconds });
        }
      }
      found.sort((one, other) => one.startSeconds - other.startSeconds || (one.traceId < other.traceId ? -1 : 1));
      await end(
        claimed,
        "COMPLETE",
        found.map(({ traceId }) => traceId),
      );
    } catch (reason) {
      // A store that is away for now says nothing about the traces: another run tries again.
      const again = reason instanceof StoreUnavailable || reason instanceof StoreBusy;
      deps.reportFailure(
        `a retrieval of ${traceIds.length} traces${again ? " will be tried again" : " failed"}`,
        reason,
      );
      await end(claimed, again ? "SCHEDULED" : "FAILED", []);
    }
  }

  /** Unless it was cancelled or given to another worker meanwhile. */
  async function end(
    { token, begunMs }: Claimed,
    status: "COMPLETE" | "FAILED" | "SCHEDULED",
    foundIds: readonly string[],
  ): Promise<void> {
    const endedMs = status === "SCHEDULED" ? 0 : environment.clock.nowMs();
    await settings.transact(async (tx) => {
      await tx
        .updateTable("xray_retrievals")
        .set({ status, ended_ms: endedMs, found_ids: JSON.stringify(foundIds) })
        .where("token", "=", token)
        .where("status", "=", "RUNNING")
        .where("begun_ms", "=", begunMs)
        .execute();
    });
  }

  return {
    /** Carries out all that wait. */
    async run(): Promise<void> {
      const tried = new Set<string>();
      for (;;) {
        const claimed = await claim(environment.clock.nowMs());
        if (claimed === undefined) return;
        await carryOut(claimed);
        // One that has to wait for its store is not tried again at once.
        if (tried.has(claimed.token)) return;
        tried.add(claimed.token);
      }
    },

    /** Removes those that can no longer be read. */
    async forget(): Promise<void> {
      const beforeMs = environment.clock.nowMs() - retrievalMsMax - retrievalKeptMs;
      const old = await settings.read
        .selectFrom("xray_retrievals")
        .select("token")
        .where("created_ms", "<=", beforeMs)
        .limit(1)
        .executeTakeFirst();
      if (old === undefined) return;
      await settings.transact(async (tx) => {
        await tx.deleteFrom("xray_retrievals").where("created_ms", "<=", beforeMs).execute();
      });
    },
  };
}

/** First start and last end, epoch seconds; what is in progress lasts from its start. */
function extentOf({ segments }: StoredTrace): { startSeconds: number; endSeconds: number } {
  let startSeconds = Number.POSITIVE_INFINITY;
  let endSeconds = Number.NEGATIVE_INFINITY;
  for (const row of segments) {
    startSeconds = Math.min(startSeconds, row.startTimeSeconds);
    endSeconds = Math.max(endSeconds, row.endTimeSeconds ?? row.startTimeSeconds);
  }
  return { startSeconds, endSeconds };
}
