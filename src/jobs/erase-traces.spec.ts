import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRecorder } from "../audit/recorder.js";
import type { Environment } from "../environment.js";
import { openVault } from "../identity/open-vault.js";
import { erasureContext } from "../identity/sealed-columns.js";
import type { Vault } from "../identity/vault.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import type { Scope } from "../storage/scope.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { StoreUnavailable } from "../storage/store-error.js";
import { type ErasureRow, erasedAmong, type Selector } from "../tracing/erasures.js";
import { RejectionLog } from "../tracing/rejections.js";
import { spanScopeOf } from "../tracing/trace-periods.js";
import { createErasing, type ErasingDeps } from "./erase-traces.js";

const noon = Date.UTC(2026, 2, 1, 12);
const dayMs = 86_400_000;
const settledMs = 60_000;
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-erasing-"));
let nowMs = noon;
const environment: Environment = {
  clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  ids: { uuid: () => randomUUID(), bytes: (length) => randomBytes(length) },
};

let facts: Facts;
let settings: SettingsStore;
let vault: Vault;
let rejections: RejectionLog;
let scope: Scope;
let failures: unknown[] = [];

beforeAll(async () => {
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  vault = await openVault({ dataFolder: folder, environment });
  rejections = new RejectionLog(settings);
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ environment, dataFolder: folder, retention });
});
beforeEach(() => {
  nowMs = noon;
  scope = { accountId: randomBytes(6).toString("hex"), region: "eu-west-1" };
  failures = [];
});
afterAll(async () => {
  await facts.close();
  await settings.close();
  rmSync(folder, { recursive: true });
});

function erasing(more: Partial<ErasingDeps> = {}) {
  return createErasing({
    traces: facts.traces,
    index: facts.index,
    eraser: facts.eraser,
    settings,
    vault,
    recorder: createRecorder(facts.events),
    rejections,
    environment,
    traceRetentionDays: 30,
    shared: false,
    reportFailure: (_what, reason) => failures.push(reason),
    ...more,
  });
}

async function ask(selector: Selector, more: Partial<ErasureRow> = {}): Promise<string> {
  const erasure_id = randomUUID();
  await settings.transact(async (tx) => {
    await tx
      .insertInto("xray_erasures")
      .values({
        ...{ erasure_id, account_id: scope.accountId, region: scope.region, status: "SCHEDULED", dry_run: 0 },
        ...{ reason: "r", reference: "", requested_by: "me", created_ms: nowMs, annotation_key: "", value_hash: "" },
        ...{ begun_ms: 0, matched_ms: 0, erased_ms: 0, ended_ms: 0, erased_store_s: 0, purged_ms: 0 },
        ...{ trace_count: 0, document_count: 0, ids_sha256: "", failure: "" },
        ...more,
      })
      .execute();
    const sealed = vault.seal(Buffer.from(JSON.stringify(selector)), erasureContext(erasure_id));
    await tx.insertInto("xray_erasure_selectors").values({ erasure_id, sealed }).execute();
  });
  return erasure_id;
}

const erasureOf = (erasureId: string) =>
  settings.read.selectFrom("xray_erasures").selectAll().where("erasure_id", "=", erasureId).executeTakeFirstOrThrow();

const newTraceId = () => `1-${(noon / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;

async function put(traceId: string, place = scope, annotations: object = {}): Promise<void> {
  const segmentId = randomBytes(8).toString("hex");
  const [startTimeSeconds, endTimeSeconds] = [noon / 1000, noon / 1000 + 1];
  const times = { start_time: startTimeSeconds, end_time: endTimeSeconds };
  const document = JSON.stringify({ id: segmentId, trace_id: traceId, name: "shop", ...times, annotations });
  const row = { traceId, segmentId, kind: "segment", startTimeSeconds, endTimeSeconds, inProgress: false } as const;
  await facts.traces.putSegments(place, [{ ...row, receivedMs: nowMs, document }]);
}

const countOf = async (...traceIds: string[]) => (await facts.traces.readTraces(scope, traceIds, 1_000_000)).length;

/** The index is known to hold everything. */
async function swept(untilMs: number): Promise<void> {
  await settings.transact(async (tx) => {
    await tx.deleteFrom("xray_index_sweep").execute();
    const range = { swept_from_ms: noon - 40 * dayMs, swept_until_ms: untilMs };
    await tx
      .insertInto("xray_index_sweep")
      .values({ name: "sweep", ...range })
      .execute();
  });
}

describe("the job that erases traces", () => {
  it("goes on after each step in another process, and erases what came meanwhile", async () => {
    const [traceId, kept] = [newTraceId(), newTraceId()];
    await put(traceId);
    await put(kept);
    const erasureId = await ask({ traceIds: [traceId] });
    await erasing().run();
    expect(await erasureOf(erasureId)).toMatchObject({ status: "RUNNING", trace_count: 1, matched_ms: nowMs });
    expect(await erasedAmong(settings.read, scope, [traceId, kept])).toEqual(new Set([traceId]));
    await erasing().run();
    expect(await countOf(traceId, kept)).toBe(1);
    // A call that had looked before the trace was refused.
    await put(traceId);
    await erasing().run();
    expect(await erasureOf(erasureId)).toMatchObject({ status: "RUNNING", ended_ms: 0 });
    nowMs += settledMs;
    await erasing().run();
    expect(await erasureOf(erasureId)).toMatchObject({ status: "COMPLETE", ended_ms: nowMs, failure: "" });
    expect(await countOf(traceId, kept)).toBe(1);
    const left = await settings.read.selectFrom("xray_erasure_selectors").selectAll().execute();
    expect(left).toEqual([]);
  });

  it("erases at its start what a journal brought back, for as long as traces are kept", async () => {
    const traceId = newTraceId();
    const erasureId = await ask({ traceIds: [traceId] });
    const job = erasing();
    await job.run();
    await job.run();
    nowMs += settledMs;
    await job.run();
    expect((await erasureOf(erasureId)).status).toBe("COMPLETE");
    await put(traceId);
    await erasing().tidy();
    expect(await countOf(traceId)).toBe(0);
    nowMs += 31 * dayMs;
    await erasing().tidy();
    expect(await erasedAmong(settings.read, scope, [traceId])).toEqual(new Set());
  });

  it("waits while the index may lack something, and finds what is in no index", async () => {
    const traceId = newTraceId();
    await put(traceId, spanScopeOf(scope), { customer: "c1" });
    await put(newTraceId(), spanScopeOf(scope), { customer: "c2" });
    const erasureId = await ask({ key: "customer", values: ["c1", "MASKED-1"] }, { annotation_key: "customer" });
    await swept(nowMs - 1);
    const job = erasing();
    await job.run();
    expect((await erasureOf(erasureId)).matched_ms).toBe(0);
    expect(failures).toEqual([expect.any(StoreUnavailable)]);
    await swept(nowMs);
    nowMs += settledMs;
    await job.run();
    expect(await erasureOf(erasureId)).toMatchObject({ trace_count: 1, document_count: 1 });
    await job.run();
    expect(await facts.traces.readTraces(spanScopeOf(scope), [traceId], 1000)).toEqual([]);
  });

  it("only counts on a dry run", async () => {
    const traceId = newTraceId();
    await put(traceId);
    const erasureId = await ask({ traceIds: [traceId, newTraceId()] }, { dry_run: 1 });
    await erasing().run();
    expect(await erasureOf(erasureId)).toMatchObject({ status: "COMPLETE", trace_count: 1, document_count: 1 });
    expect(await countOf(traceId)).toBe(1);
    expect(await erasedAmong(settings.read, scope, [traceId])).toEqual(new Set());
  });

  it("says why it failed, and ends", async () => {
    const erasureId = await ask({ traceIds: [newTraceId()] });
    const eraser = { ...facts.eraser, amountOf: () => Promise.reject(new Error("not today")) };
    await erasing({ eraser }).run();
    expect(await erasureOf(erasureId)).toMatchObject({ status: "FAILED", failure: "not today", ended_ms: nowMs });
  });
});
