import { createHash } from "node:crypto";
import { management } from "../audit/event.js";
import { eventOf } from "../audit/record.js";
import type { Recorder } from "../audit/recorder.js";
import type { Environment } from "../environment.js";
import { erasureContext } from "../identity/sealed-columns.js";
import type { Vault } from "../identity/vault.js";
import type { Scope } from "../storage/scope.js";
import { EncryptionKeyUnusable, StoreBusy, StoreUnavailable } from "../storage/store-error.js";
import { type ErasureRow, refuseTraces, type Selector } from "../tracing/erasures.js";
import { spanGroupName } from "../tracing/otel/traces-of-spans.js";
import type { RejectionLog } from "../tracing/rejections.js";
import { spanScopeOf } from "../tracing/trace-periods.js";
import { type FindDeps, findTraces } from "./erasing/find-traces.js";

const dayMs = 86_400_000;
/**
 * Everything is erased a second time after so long: calls that were under way, and what the index of traces had read
 * before, have come to the store by then.
 */
const settleMs = 10_000;
/** A worker of another process that has said nothing for so long is taken for dead. */
const workerMsMax = 600_000;
/** What is refused for being erased is looked for again so often: nothing of it may be there. */
const sweepEveryMs = 3_600_000;
/** Of an erasure that has ended, files are looked for so often until they are gone. */
const filesEveryMs = 5_000;
const retryMs = 2_000;
const pageIds = 5000;

export interface ErasingDeps extends FindDeps {
  readonly vault: Vault;
  readonly recorder: Recorder;
  readonly rejections: RejectionLog;
  readonly environment: Environment;
  /** Other processes write to the same stores. */
  readonly shared: boolean;
  readonly reportFailure: (what: string, reason: unknown) => void;
}

/**
 * Carries out the erasures that were asked for, each in steps that are committed one by one and may all be repeated: it
 * finds the traces and has them refused from then on, erases them, and once more when everything that was under way has
 * come. After a crash it goes on with the last step.
 */
export function createErasing(deps: ErasingDeps) {
  const { settings, eraser, environment } = deps;
  const { clock } = environment;
  const mine = new Set<string>();
  const retryAtMs = new Map<string, number>();
  let filesLookedMs = Number.NEGATIVE_INFINITY;
  let sweptMs = Number.NEGATIVE_INFINITY;

  async function run(): Promise<void> {
    const rows = await settings.read
      .selectFrom("xray_erasures")
      .selectAll()
      .where("status", "in", ["SCHEDULED", "RUNNING"])
      .orderBy("created_ms")
      .execute();
    for (const row of rows) {
      if ((retryAtMs.get(row.erasure_id) ?? 0) > clock.monotonicMs() || !(await claim(row))) continue;
      try {
        await advance(row);
      } catch (reason) {
        await failed(row, reason);
      }
    }
  }

  /** Two workers at one erasure do no harm, but twice the work. */
  async function claim(row: ErasureRow): Promise<boolean> {
    const nowMs = clock.nowMs();
    if (deps.shared && !mine.has(row.erasure_id) && row.begun_ms > nowMs - workerMsMax) return false;
    mine.add(row.erasure_id);
    if (row.status === "RUNNING" && row.begun_ms > nowMs - workerMsMax / 2) return true;
    await change(row, { status: "RUNNING", begun_ms: nowMs });
    return true;
  }

  async function advance(row: ErasureRow): Promise<void> {
    if (row.matched_ms === 0) await match(row);
    else if (row.erased_ms === 0) {
      const erased_store_s = await eraseAll(row);
      await change(row, { erased_ms: clock.nowMs(), erased_store_s });
    } else if (clock.nowMs() - row.erased_ms >= settleMs) await end(row, { erased_store_s: await eraseAll(row) });
  }

  async function match(row: ErasureRow): Promise<void> {
    const { sealed } = await settings.read
      .selectFrom("xray_erasure_selectors")
      .select("sealed")
      .where("erasure_id", "=", row.erasure_id)
      .executeTakeFirstOrThrow();
    const selector = JSON.parse(deps.vault.open(sealed, erasureContext(row.erasure_id)).toString("utf8")) as Selector;
    const traceIds = (await findTraces(deps, scopeOf(row), selector, row.created_ms)).toSorted();
    const amount = await amountOf(scopeOf(row), traceIds);
    const ids = createHash("sha256");
    for (const traceId of traceIds) ids.update(`${traceId}\n`);
    const found = { trace_count: amount.traces, document_count: amount.documents, ids_sha256: ids.digest("hex") };
    if (row.dry_run === 1) return end(row, found);
    for (let start = 0; start < traceIds.length; start += pageIds)
      await settings.transact((tx) => refuseTraces(tx, row, traceIds.slice(start, start + pageIds), clock.nowMs()));
    await change(row, { ...found, matched_ms: clock.nowMs() });
  }

  async function amountOf(scope: Scope, traceIds: readonly string[]) {
    const indexed = await eraser.amountOf(scope, traceIds);
    const leftOut = await eraser.amountOf(spanScopeOf(scope), traceIds);
    // A trace may be in both places, if the rule changed while it was received.
    return {
      traces: Math.min(indexed.traces + leftOut.traces, traceIds.length),
      documents: indexed.documents + leftOut.documents,
    };
  }

  /** @returns when that was, by the clock of the store. */
  async function eraseAll(row: ErasureRow): Promise<number> {
    const scope = scopeOf(row);
    for await (const ids of refusedIds((query) => query.where("erasure_id", "=", row.erasure_id))) {
      await eraseTraces(
        scope,
        ids.map(({ trace_id }) => trace_id),
      );
    }
    await deps.rejections.forgetExamples(scope);
    return eraser.nowSeconds();
  }

  async function eraseTraces(scope: Scope, traceIds: readonly string[]): Promise<void> {
    await eraser.eraseTraces(scope, traceIds);
    await eraser.eraseTraces(spanScopeOf(scope), traceIds);
    const group = await settings.read
      .selectFrom("log_groups")
      .select("group_id")
      .where("account_id", "=", scope.accountId)
      .where("region", "=", scope.region)
      .where("name", "=", spanGroupName)
      .executeTakeFirst();
    const otelIds = traceIds.map((traceId) => traceId.slice(2).replace("-", ""));
    if (group !== undefined) await eraser.eraseSpans(scope, group.group_id, otelIds);
  }

  /** One account's key that cannot be used is in no other's way. */
  async function sweep(scope: Scope, traceIds: readonly string[]): Promise<void> {
    try {
      await eraseTraces(scope, traceIds);
    } catch (reason) {
      if (!(reason instanceof EncryptionKeyUnusable)) throw reason;
      deps.reportFailure("what came of erased traces waits for its key", reason);
    }
  }

  /** Pages of traces that are refused. */
  async function* refusedIds(narrowed: (query: ReturnType<typeof refused>) => ReturnType<typeof refused>) {
    let after = { account_id: "", region: "", trace_id: "" };
    for (;;) {
      const { account_id, region, trace_id } = after;
      const page = await narrowed(refused())
        .where((where) =>
          where.or([
            where("account_id", ">", account_id),
            where.and([where("account_id", "=", account_id), where("region", ">", region)]),
            where.and([
              where("account_id", "=", account_id),
              where("region", "=", region),
              where("trace_id", ">", trace_id),
            ]),
          ]),
        )
        .orderBy("account_id")
        .orderBy("region")
        .orderBy("trace_id")
        .limit(pageIds)
        .execute();
      if (page.length > 0) yield page;
      if (page.length < pageIds) return;
      after = page.at(-1)!;
    }
  }

  function refused() {
    return settings.read.selectFrom("xray_erased_traces").select(["account_id", "region", "trace_id"]);
  }

  async function end(row: ErasureRow, more: Partial<ErasureRow>, failure = ""): Promise<void> {
    const nowMs = clock.nowMs();
    const ended: ErasureRow = {
      ...row,
      ...more,
      status: failure === "" ? "COMPLETE" : "FAILED",
      failure,
      ended_ms: nowMs,
    };
    await settings.transact(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable("xray_erasures")
        .set(ended)
        .where("erasure_id", "=", row.erasure_id)
        .where("status", "=", "RUNNING")
        .executeTakeFirst();
      await tx.deleteFrom("xray_erasure_selectors").where("erasure_id", "=", row.erasure_id).execute();
      if (Number(numUpdatedRows) > 0) await deps.recorder.recordWith(tx, endEvent(ended, environment.ids.uuid()));
    });
    mine.delete(row.erasure_id);
    retryAtMs.delete(row.erasure_id);
  }

  /** A store or a key that is away for now says nothing about the traces; anything else will not be better later. */
  async function failed(row: ErasureRow, reason: unknown): Promise<void> {
    if (isForNow(reason)) {
      if (!retryAtMs.has(row.erasure_id)) deps.reportFailure("an erasure of traces waits for its store or key", reason);
      retryAtMs.set(row.erasure_id, clock.monotonicMs() + retryMs);
      return;
    }
    deps.reportFailure(`the erasure ${row.erasure_id} failed`, reason);
    await end(row, {}, reason instanceof Error ? reason.message : String(reason));
  }

  async function change(row: ErasureRow, changed: Partial<ErasureRow>): Promise<void> {
    await settings.transact(async (tx) => {
      await tx.updateTable("xray_erasures").set(changed).where("erasure_id", "=", row.erasure_id).execute();
    });
  }

  /** Notes for which erasures the old files of both stores have left the disk. */
  async function removeFiles(): Promise<void> {
    filesLookedMs = clock.monotonicMs();
    const waiting = await settings.read
      .selectFrom("xray_erasures")
      .selectAll()
      .where("status", "=", "COMPLETE")
      .where("erased_store_s", ">", 0)
      .where("purged_ms", "=", 0)
      .execute();
    const gone: ErasureRow[] = [];
    for (const row of waiting) if (await eraser.removeOldFiles(row.erased_store_s)) gone.push(row);
    if (gone.length === 0) return;
    await settings.rewrite(["xray_rejections", "xray_erasure_selectors"]);
    for (const row of gone) await change(row, { purged_ms: clock.nowMs() });
  }

  return {
    run,

    /**
     * Forgets what need not be refused any more, erases what came in spite of it (what a crash left in the journal, for
     * one), and notes which files have left the disk.
     */
    async tidy(): Promise<void> {
      const nowMs = clock.nowMs();
      if (clock.monotonicMs() - filesLookedMs >= filesEveryMs) await removeFiles();
      if (clock.monotonicMs() - sweptMs < sweepEveryMs) return;
      sweptMs = clock.monotonicMs();
      const keptFromMs = nowMs - deps.traceRetentionDays * dayMs;
      if ((await refused().where("erased_ms", "<", keptFromMs).limit(1).executeTakeFirst()) !== undefined)
        await settings.transact(async (tx) => {
          await tx.deleteFrom("xray_erased_traces").where("erased_ms", "<", keptFromMs).execute();
        });
      for await (const page of refusedIds((query) => query))
        for (const [scope, ids] of byScope(page)) await sweep(scope, ids);
    },
  };
}

function isForNow(reason: unknown): boolean {
  return reason instanceof StoreUnavailable || reason instanceof StoreBusy || reason instanceof EncryptionKeyUnusable;
}

function byScope(rows: readonly { account_id: string; region: string; trace_id: string }[]): [Scope, string[]][] {
  const scopes = new Map<string, [Scope, string[]]>();
  for (const row of rows) {
    const key = `${row.account_id}/${row.region}`;
    const known = scopes.get(key) ?? [scopeOf(row), []];
    known[1].push(row.trace_id);
    scopes.set(key, known);
  }
  return [...scopes.values()];
}

function scopeOf({ account_id, region }: { account_id: string; region: string }): Scope {
  return { accountId: account_id, region };
}

/** What stays of an erasure for good: who asked, why, and what was erased, as counts and a hash of the ids. */
function endEvent(row: ErasureRow, eventId: string) {
  const service = "xray.amazonaws.com";
  return eventOf({
    eventId,
    requestId: row.erasure_id,
    timeMs: row.ended_ms,
    eventSource: service,
    eventName: "EraseTraces",
    apiVersion: "2016-04-12",
    readOnly: row.dry_run === 1,
    event: management,
    accountId: row.account_id,
    region: row.region,
    caller: {
      kind: "service",
      accountId: row.account_id,
      accessKeyId: "",
      service,
      sourceArn: `arn:aws:xray:${row.region}:${row.account_id}:*`,
    },
    sourceIpAddress: service,
    userAgent: service,
    host: "",
    requestParameters: {
      erasureId: row.erasure_id,
      requestedBy: row.requested_by,
      reason: row.reason,
      ...(row.reference !== "" && { reference: row.reference }),
      dryRun: row.dry_run === 1,
      ...(row.annotation_key !== "" && { annotation: { key: row.annotation_key, valueHash: row.value_hash } }),
    },
    responseElements: {
      status: row.status,
      traceCount: row.trace_count,
      documentCount: row.document_count,
      traceIdsSha256: row.ids_sha256,
      ...(row.failure !== "" && { failure: row.failure }),
    },
    resources: [],
  });
}
