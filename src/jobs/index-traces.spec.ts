import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Environment } from "../environment.js";
import { readingOf } from "../storage/facts/decode-reading.js";
import { encodeTraces } from "../storage/facts/encode-traces.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import type { Scope } from "../storage/scope.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { SegmentRow } from "../storage/trace-store.js";
import { readSegmentDocument } from "../tracing/segment.js";
import { createTraceIndexing, type TraceIndexing, type TraceIndexingDeps } from "./index-traces.js";
import { makeHere } from "./indexing/trace-maker.js";

const noon = Date.UTC(2026, 2, 1, 12);
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-indexing-"));
let nowMs = noon;
const environment: Environment = {
  clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  ids: { uuid: () => randomUUID(), bytes: (length) => randomBytes(length) },
};

let facts: Facts;
let settings: SettingsStore;
let scope: Scope;
let jobs: TraceIndexing[] = [];
let failures: { what: string; reason: unknown }[] = [];

beforeAll(async () => {
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  facts = await openFacts({
    environment,
    dataFolder: folder,
    retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
  });
});
beforeEach(() => {
  scope = { accountId: randomBytes(6).toString("hex"), region: "eu-west-1" };
  failures = [];
});
afterEach(async () => {
  for (const job of jobs) await job.close();
  jobs = [];
});
afterAll(async () => {
  await facts.close();
  await settings.close();
  rmSync(folder, { recursive: true });
});

function startJob(more: Partial<TraceIndexingDeps> = {}): TraceIndexing {
  const job = createTraceIndexing({
    source: facts.source,
    index: facts.index,
    settings,
    environment,
    maker: makeHere({ readingOf, encodeTraces }),
    traceRetentionDays: 30,
    shared: false,
    log: () => undefined,
    reportFailure: (what, reason) => void failures.push({ what, reason }),
    ...more,
  });
  jobs.push(job);
  return job;
}

function newTraceId(timeMs = nowMs): string {
  return `1-${Math.floor(timeMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
}

/** A complete segment of a second that ended now, but for what is said. */
function segment(traceId: string, more: Record<string, unknown> = {}): Record<string, unknown> & { id: string } {
  return {
    id: randomBytes(8).toString("hex"),
    trace_id: traceId,
    name: "shop",
    start_time: nowMs / 1000 - 1,
    end_time: nowMs / 1000,
    ...more,
  };
}

/** Stores documents as if they were received now. @returns the ids of their traces. */
async function store(...documents: Record<string, unknown>[]): Promise<Set<string>> {
  const rows: SegmentRow[] = [];
  const refused: unknown[] = [];
  for (const document of documents)
    readSegmentDocument(JSON.stringify(document), {
      accept: (accepted) => void rows.push({ ...accepted, receivedMs: nowMs }),
      reject: (rejected) => void refused.push(rejected),
    });
  expect(refused).toEqual([]);
  await facts.traces.putSegments(scope, rows);
  return new Set(rows.map(({ traceId }) => traceId));
}

/** Stores documents, and has them indexed by the process that received them. */
async function receive(job: TraceIndexing, ...documents: Record<string, unknown>[]): Promise<void> {
  job.noteReceived(scope, await store(...documents));
  await job.run();
}

/** What a person sees who looks for traces of these days. */
async function found() {
  const { traces } = await facts.index.search(scope, {
    fromMs: noon - 40 * 86_400_000,
    untilMs: noon + 86_400_000,
    by: "TraceId",
    limit: 1000,
  });
  return traces.map(({ traceId, timeMs, summary }) => ({ traceId, timeMs, ...JSON.parse(summary) }));
}

describe("the index of traces", () => {
  it("shows a trace as it grows, once", async () => {
    const job = startJob();
    const traceId = newTraceId();
    const first = segment(traceId, { in_progress: true, end_time: undefined });
    await receive(job, first);
    expect(await found()).toMatchObject([{ traceId, IsPartial: true, Duration: 0 }]);
    nowMs += 1000;
    await receive(job, { ...first, in_progress: undefined, end_time: nowMs / 1000 });
    expect(await found()).toMatchObject([{ traceId, IsPartial: false, Duration: 2 }]);
    nowMs += 1000;
    await receive(job, segment(traceId, { name: "stock", parent_id: first.id }));
    const after = await found();
    expect(after).toHaveLength(1);
    expect(after[0].ServiceIds.map(({ Name }: { Name: string }) => Name)).toEqual(
      expect.arrayContaining(["shop", "stock"]),
    );
    expect(job.stats()).toMatchObject({ indexedTraces: 3, waitingTraces: 0, lagSeconds: 0 });
  });

  it("gathers what arrives together, of every account and region", async () => {
    const job = startJob();
    const here = scope;
    const there = { ...scope, region: "us-east-1" };
    const traceId = newTraceId();
    job.noteReceived(here, await store(segment(traceId), segment(traceId)));
    scope = there;
    job.noteReceived(there, await store(segment(traceId, { name: "elsewhere" })));
    await job.run();
    expect(await found()).toMatchObject([{ traceId, ServiceIds: [{ Name: "elsewhere" }, {}] }]);
    scope = here;
    expect(await found()).toMatchObject([{ traceId, ServiceIds: [{ Name: "shop" }, {}] }]);
  });

  /**
   *      id: no believable time      first start = place
   *      ──┬─────────────┬──────────▶
   *     second segment   first segment
   */
  it("moves a trace whose id tells no time to where it begins, whoever put it where it stood", async () => {
    const random = `1-ffffff00-${randomBytes(12).toString("hex")}`;
    const startSeconds = nowMs / 1000 - 100;
    const job = startJob();
    await receive(job, segment(random, { start_time: startSeconds }));
    expect(await found()).toMatchObject([{ traceId: random, timeMs: startSeconds * 1000 }]);
    await receive(job, segment(random, { start_time: startSeconds - 50 }));
    expect(await found()).toMatchObject([{ traceId: random, timeMs: (startSeconds - 50) * 1000 }]);
    nowMs += 5000;
    const next = startJob(); // remembers nothing
    await receive(next, segment(random, { start_time: startSeconds - 150 }));
    expect(await found()).toMatchObject([{ traceId: random, timeMs: (startSeconds - 150) * 1000 }]);
  });

  it("moves a trace from the time in its id once that is not believable any more", async () => {
    const job = startJob();
    const traceId = newTraceId(nowMs);
    await receive(job, segment(traceId, { start_time: nowMs / 1000 }));
    expect(await found()).toMatchObject([{ traceId, timeMs: Math.floor(nowMs / 1000) * 1000 }]);
    await receive(job, segment(traceId, { start_time: nowMs / 1000 - 3600 }));
    expect(await found()).toMatchObject([{ traceId, timeMs: nowMs - 3_600_000 }]);
  });

  it("shows one place of a trace that two processes indexed at once", async () => {
    const [one, two] = [startJob({ shared: true }), startJob({ shared: true })];
    const random = `1-ffffff00-${randomBytes(12).toString("hex")}`;
    for (let round = 0; round < 5; round++) {
      const early = segment(random, { start_time: nowMs / 1000 - 10 * round - 5 });
      const late = segment(random, { start_time: nowMs / 1000 - 10 * round });
      const [first, second] = [await store(late), await store(early)];
      one.noteReceived(scope, first);
      two.noteReceived(scope, second);
      await Promise.all([one.run(), two.run()]);
      await Promise.all([one.run(), two.run()]);
      nowMs += 10;
    }
    await expect.poll(found, { timeout: 120_000 }).toHaveLength(1);
  });

  it("keeps the later of two readings, whichever was put last", async () => {
    const traceId = newTraceId();
    const [one, two] = [startJob({ shared: true }), startJob({ shared: true })];
    const root = segment(traceId);
    const documents = Array.from({ length: 12 }, (_, index) =>
      segment(traceId, { name: `part-${index}`, parent_id: root.id }),
    );
    await receive(one, root);
    await Promise.all(documents.map(async (document, index) => receive(index % 2 === 0 ? one : two, document)));
    const [trace] = await found();
    const names = trace.ServiceIds.map(({ Name, Type }: { Name: string; Type?: string }) => `${Name} ${Type ?? ""}`);
    for (const { name } of documents) expect(names).toContain(`${name} `);
  });

  it("infers the segment that a call promised after a minute of quiet", async () => {
    const job = startJob();
    const traceId = newTraceId();
    const call = { ...segment(traceId), namespace: "remote", name: "far", traced: true, trace_id: undefined };
    await receive(job, segment(traceId, { subsegments: [call] }));
    expect(await found()).toMatchObject([{ IsPartial: true, ServiceIds: [{ Name: "shop" }, {}] }]);
    nowMs += 59_000;
    await job.run();
    expect(job.stats().indexedTraces).toBe(1);
    nowMs += 2_000;
    await job.run();
    const [trace] = await found();
    expect(trace.ServiceIds.map(({ Name }: { Name: string }) => Name)).toContain("far");
    nowMs += 200_000;
    await job.run();
    expect(job.stats().indexedTraces).toBe(2);
  });

  it("tells in which groups a trace is, and leaves out a group whose expression cannot be evaluated", async () => {
    const group = (name: string, filter_expression: string) => ({
      account_id: scope.accountId,
      region: scope.region,
      group_name: name,
      group_arn: `arn:${name}`,
      filter_expression,
      insights_enabled: 0,
      notifications_enabled: 0,
      created_ms: nowMs,
      filter_changed_ms: nowMs,
    });
    await settings.transact(async (tx) => {
      await tx
        .insertInto("xray_groups")
        .values([group("faults", "fault"), group("broken", "fault ="), group("of-faults", 'group.name = "faults"')])
        .execute();
    });
    const job = startJob();
    await receive(job, segment(newTraceId(), { fault: true, name: "bad" }), segment(newTraceId(), { name: "good" }));
    const nodesOf = async (groupArn: string) => {
      const totals = await facts.index.graph(scope, { fromMs: nowMs - 60_000, untilMs: nowMs + 1, groupArn });
      return totals.nodes
        .map(({ node }) => node)
        .filter(({ type }) => type !== "client")
        .map(({ name }) => name);
    };
    expect(await nodesOf("arn:faults")).toEqual(["bad"]);
    expect(await nodesOf("arn:of-faults")).toEqual(["bad"]);
    expect(await nodesOf("arn:broken")).toEqual([]);
    const everything = `arn:aws:xray:${scope.region}:${scope.accountId}:group/Default`;
    expect((await nodesOf(everything)).sort()).toEqual(["bad", "good"]);
    expect(job.stats().skippedGroupTests).toBe(2);
  });

  it("leads an edge from the segment that a link points at, also one that comes later", async () => {
    const job = startJob();
    const [producer, consumer, late] = [newTraceId(), newTraceId(), newTraceId()];
    const produced = segment(producer, { name: "producer" });
    const lateSegment = segment(late, { name: "late" });
    await receive(job, produced);
    await receive(
      job,
      segment(consumer, {
        name: "consumer",
        links: [
          { trace_id: producer, id: produced.id },
          { trace_id: late, id: lateSegment.id },
        ],
      }),
    );
    const links = async () => {
      const { edges } = await facts.index.graph(scope, { fromMs: nowMs - 120_000, untilMs: nowMs + 1 });
      return edges
        .filter(({ link }) => link)
        .map(({ source, target }) => `${source.name} to ${target.name}`)
        .sort();
    };
    expect(await links()).toEqual(["producer to consumer"]);
    await receive(job, lateSegment);
    nowMs += 21_000;
    await job.run();
    expect(await links()).toEqual(["late to consumer", "producer to consumer"]);
  });
});

describe("a trace that cannot be indexed", () => {
  it("is counted and named, and in no other's way", async () => {
    const job = startJob();
    const [good, bad] = [newTraceId(), newTraceId()];
    const broken: SegmentRow = {
      traceId: bad,
      segmentId: randomBytes(8).toString("hex"),
      kind: "segment",
      startTimeSeconds: nowMs / 1000,
      endTimeSeconds: nowMs / 1000,
      inProgress: false,
      receivedMs: nowMs,
      document: "null",
    };
    await facts.traces.putSegments(scope, [broken]);
    await store(segment(good));
    job.noteReceived(scope, [bad, good]);
    await job.run();
    expect(await found()).toMatchObject([{ traceId: good }]);
    expect(job.stats()).toMatchObject({ leftOutTraces: 1, waitingTraces: 0 });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.what).toContain(bad);
    nowMs += 20_000;
    await job.sweep();
    await job.sweep();
    expect(job.stats().leftOutTraces).toBe(1);
  });
});

describe("the sweep", () => {
  it("finds what a process that was killed had not indexed", async () => {
    const before = startJob();
    await before.sweep();
    const [indexed, left] = [newTraceId(), newTraceId()];
    await receive(before, segment(indexed));
    await store(segment(left)); // and killed
    await before.close();
    nowMs += 1000;
    await startJob().sweep();
    expect((await found()).map(({ traceId }) => traceId).sort()).toEqual([indexed, left].sort());
  });

  it("finds what was too much to note", async () => {
    const job = startJob({ freshTracesMax: 2 });
    await job.sweep();
    nowMs += 100_000;
    const traceIds = Array.from({ length: 7 }, () => newTraceId());
    job.noteReceived(scope, await store(...traceIds.map((traceId) => segment(traceId))));
    await job.run();
    expect(await found()).toHaveLength(2);
    nowMs += 10_000;
    await job.sweep();
    expect(await found()).toHaveLength(7);
  });

  it("makes the whole index of a store that has none, back to the end of retention", async () => {
    await settings.transact(async (tx) => {
      await tx.deleteFrom("xray_index_sweep").execute();
    });
    const startedMs = nowMs;
    for (let day = 0; day <= 30; day += 5) {
      nowMs = startedMs - day * 86_400_000;
      await store(...Array.from({ length: 3 }, () => segment(newTraceId())));
    }
    nowMs = startedMs + 60_000;
    const job = startJob();
    await job.sweep();
    expect(await found()).toHaveLength(21);
    const { fromSeconds, untilSeconds } = job.stats().swept!;
    expect(fromSeconds).toBeLessThanOrEqual(nowMs / 1000 - 30 * 86_400);
    expect(untilSeconds).toBeGreaterThan(nowMs / 1000 - 10);
  });

  it("is one process's at a time, and the other's when that ends", async () => {
    const [one, two] = [startJob({ shared: true }), startJob({ shared: true })];
    await one.sweep();
    await two.sweep();
    expect(one.stats().swept).toBeDefined();
    expect(two.stats().swept).toBeUndefined();
    await one.close();
    await two.sweep();
    expect(two.stats().swept).toBeDefined();
  });
});
