import type { QueryRow } from "../audit/lake/queries.js";
import { resultsKeptMs } from "../audit/lake/queries.js";
import type { Environment } from "../environment.js";
import {
  type LakeQueries,
  type LakeQueryEnd,
  type LakeQueryOutcome,
  LakeQueryStopped,
} from "../storage/lake-queries.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { type DeliverResultDeps, deliverResult } from "./deliver-result.js";
import type { ReportFailure } from "./delivery-context.js";

/** A process that has not said so for this long does not run its queries any more. */
const holdMs = 30_000;
const renewEveryMs = 5_000;

const statusOf: Readonly<Record<LakeQueryEnd, string>> = {
  cancelled: "CANCELLED",
  "timed-out": "TIMED_OUT",
  failed: "FAILED",
};

/**
 * Runs the queries that were asked for, as many at once as the store can; the others wait in the order they came.
 *
 *     QUEUED -> claimed: RUNNING -> run in the engine -> FINISHED -> delivered, where that was asked for
 *
 * A query belongs to the process that claimed it while that renews its hold. One whose process ended fails: its result may
 * be half written, and a query that ended a process once is not to end the next.
 */
export function createQueryRunning(
  deps: DeliverResultDeps & {
    readonly settings: SettingsStore;
    readonly lakeQueries: LakeQueries;
    readonly environment: Environment;
    /** Names this process. */
    readonly holder: string;
    readonly reportFailure: ReportFailure;
  },
) {
  const { settings, lakeQueries, holder } = deps;
  const { clock } = deps.environment;
  const running = new Map<string, Promise<void>>();
  let renewedMs = Number.NEGATIVE_INFINITY;
  let closing = false;

  /** The oldest that waits, or whose delivery was left unfinished; now ours. */
  async function claim(): Promise<QueryRow | undefined> {
    const nowMs = clock.nowMs();
    const next = (queries: SettingsStore["read"]) =>
      queries
        .selectFrom("lake_queries")
        .selectAll()
        .where((of) =>
          of.or([
            of("status", "=", "QUEUED"),
            of.and([
              of("status", "=", "FINISHED"),
              of("delivery_status", "=", "PENDING"),
              of("held_until_ms", "<", nowMs),
            ]),
          ]),
        )
        .orderBy("created_ms")
        .limit(1)
        .executeTakeFirst();
    // Looked at without a transaction first: mostly nothing waits.
    if ((await next(settings.read)) === undefined) return undefined;
    return settings.transact(async (tx) => {
      const row = await next(tx);
      if (row === undefined) return undefined;
      const status = row.status === "QUEUED" ? "RUNNING" : row.status;
      await tx
        .updateTable("lake_queries")
        .set({ status, holder, held_until_ms: nowMs + holdMs })
        .where("query_id", "=", row.query_id)
        .execute();
      return row;
    });
  }

  async function carryOut(row: QueryRow): Promise<void> {
    const finished = row.status === "FINISHED" ? row : await runToEnd(row);
    if (finished?.delivery_status !== "PENDING") return;
    const delivery_status = await deliverResult(finished, deps);
    // Our own doors may be closed by now: the next process tries it again.
    if (closing && delivery_status !== "SUCCESS") return;
    await settings.transact(async (tx) => {
      await tx.updateTable("lake_queries").set({ delivery_status }).where("query_id", "=", row.query_id).execute();
    });
  }

  /** @returns the query as it is now, if it has a result. */
  async function runToEnd(row: QueryRow): Promise<QueryRow | undefined> {
    const begunMs = clock.monotonicMs();
    const query = { queryId: row.query_id, createdMs: row.created_ms, sql: row.translated };
    try {
      const outcome = await lakeQueries.run(query);
      return await end(row, { status: "FINISHED", outcome, begunMs });
    } catch (reason) {
      const stopped = reason instanceof LakeQueryStopped ? reason : undefined;
      if (stopped === undefined) deps.reportFailure(`query ${row.query_id}`, reason);
      const message = closing
        ? "The service was stopped while the query ran. Start it again."
        : (stopped?.message ?? "The store could not serve the query. Start it again.");
      const status = closing ? "FAILED" : statusOf[stopped?.end ?? "failed"];
      return end(row, { status, message, begunMs });
    }
  }

  /** Unless it was cancelled or taken for lost meanwhile. */
  async function end(
    row: QueryRow,
    facts: {
      readonly status: string;
      readonly begunMs: number;
      readonly outcome?: LakeQueryOutcome;
      readonly message?: string;
    },
  ): Promise<QueryRow | undefined> {
    const { status, outcome } = facts;
    return settings.transact(async (tx) => {
      const changed = await tx
        .updateTable("lake_queries")
        .set({
          status,
          ended_ms: clock.nowMs(),
          execution_ms: Math.round(clock.monotonicMs() - facts.begunMs),
          error_message: facts.message ?? null,
          rows_count: outcome?.rows ?? null,
          events_scanned: outcome?.eventsScanned ?? null,
          bytes_scanned: outcome?.bytesScanned ?? null,
          ...(row.delivery_status !== null && outcome === undefined && { delivery_status: deliveryWithout(status) }),
        })
        .where("query_id", "=", row.query_id)
        .where("status", "=", "RUNNING")
        .where("holder", "=", holder)
        .returningAll()
        .executeTakeFirst();
      return outcome && changed;
    });
  }

  /** Renews our holds, and ends in the engine what is no longer to run. */
  async function tend(): Promise<void> {
    if (running.size === 0) return;
    const ours = [...running.keys()];
    const rows = await settings.read
      .selectFrom("lake_queries")
      .select(["query_id", "status"])
      .where("query_id", "in", ours)
      .execute();
    // Also each time again: a query may be cancelled before the engine has it.
    for (const { query_id, status } of rows) if (status === "CANCELLED") await lakeQueries.cancel(query_id);
    if (clock.nowMs() - renewedMs < renewEveryMs) return;
    renewedMs = clock.nowMs();
    await settings.transact(async (tx) => {
      await tx
        .updateTable("lake_queries")
        .set({ held_until_ms: clock.nowMs() + holdMs })
        .where("query_id", "in", ours)
        .where("holder", "=", holder)
        .execute();
    });
  }

  /** @param everyones also of processes that said lately that they run them. */
  async function failLost(everyones: boolean): Promise<void> {
    const lost = (queries: SettingsStore["read"]) => {
      const others = queries.selectFrom("lake_queries").select("query_id").where("status", "=", "RUNNING");
      return everyones
        ? others.where("holder", "!=", holder).execute()
        : others.where("held_until_ms", "<", clock.nowMs()).execute();
    };
    const found = (await lost(settings.read)).filter(({ query_id }) => !running.has(query_id));
    if (found.length === 0) return;
    await settings.transact(async (tx) => {
      for (const { query_id } of await lost(tx)) {
        if (running.has(query_id)) continue;
        const row = await tx
          .updateTable("lake_queries")
          .set({
            status: "FAILED",
            ended_ms: clock.nowMs(),
            error_message: "The process that ran the query ended before the query did. Start it again.",
          })
          .where("query_id", "=", query_id)
          .returning("delivery_status")
          .executeTakeFirst();
        if (row?.delivery_status)
          await tx
            .updateTable("lake_queries")
            .set({ delivery_status: "FAILED" })
            .where("query_id", "=", query_id)
            .execute();
      }
    });
  }

  return {
    /** Begins what there is room for, and does not wait for it. */
    async run(): Promise<void> {
      await tend();
      await failLost(false);
      while (!closing && running.size < lakeQueries.atOnceMax) {
        const row = await claim();
        if (row === undefined) return;
        const work = carryOut(row)
          .catch((reason: unknown) => deps.reportFailure(`query ${row.query_id}`, reason))
          .finally(() => running.delete(row.query_id));
        running.set(row.query_id, work);
      }
    },

    /** Where no other process can be there: what runs was a dead one's. */
    takeOver: () => failLost(true),

    /** Removes what can no longer be asked for. */
    async forget(): Promise<void> {
      const beforeMs = clock.nowMs() - resultsKeptMs;
      const old = await settings.read
        .selectFrom("lake_queries")
        .select("query_id")
        .where("created_ms", "<", beforeMs)
        .execute();
      const generated = await settings.read
        .selectFrom("lake_query_aliases")
        .select("alias")
        .where("dashboard_arn", "is", null)
        .where("created_ms", "<", beforeMs)
        .limit(1)
        .execute();
      if (old.length > 0 || generated.length > 0)
        await settings.transact(async (tx) => {
          for (const { query_id } of old) {
            await tx.deleteFrom("lake_query_stores").where("query_id", "=", query_id).execute();
            await tx.deleteFrom("lake_queries").where("query_id", "=", query_id).execute();
          }
          await tx
            .deleteFrom("lake_query_aliases")
            .where("dashboard_arn", "is", null)
            .where("created_ms", "<", beforeMs)
            .execute();
        });
      await lakeQueries.forget(beforeMs);
    },

    /** Ends what runs, and resolves when it has ended. */
    async close(): Promise<void> {
      closing = true;
      while (running.size > 0) {
        for (const queryId of running.keys()) await lakeQueries.cancel(queryId).catch(() => undefined);
        await Promise.race([Promise.all(running.values()), new Promise((resolve) => setTimeout(resolve, 200))]);
      }
    },
  };
}

/** What is told of a delivery of which nothing comes. */
function deliveryWithout(status: string): string {
  return status === "CANCELLED" ? "CANCELLED" : "FAILED";
}
