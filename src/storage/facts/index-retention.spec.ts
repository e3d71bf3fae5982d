import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Environment, systemEnvironment } from "../../environment.js";
import { compileTrace } from "../../tracing/compile-trace.js";
import { factsOf } from "../../tracing/facts.js";
import { indexedSummaryOf } from "../../tracing/summary.js";
import type { IndexedTrace } from "../../tracing/trace-facts.js";
import { type Facts, openFacts } from "./open-facts.js";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const scope = { accountId: "111111111111", region: "eu-west-1" };
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-retention-"));
const noon = Date.UTC(2026, 2, 1, 12);
let nowMs = noon;
const environment: Environment = { ...systemEnvironment, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } };
let facts: Facts;

beforeAll(async () => {
  facts = await openFacts({
    dataFolder: folder,
    environment,
    retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
  });
});
afterAll(async () => {
  await facts?.close();
  rmSync(folder, { recursive: true });
});

/** A trace at noon, whenever it was received. */
function traceReceived(number: number, receivedMs: number): IndexedTrace {
  const id = number.toString(16).padStart(16, "0");
  const traceId = `1-${(noon / 1000).toString(16)}-00000000${id}`;
  const [startTimeSeconds, endTimeSeconds] = [noon / 1000, noon / 1000 + 1];
  const times = { start_time: startTimeSeconds, end_time: endTimeSeconds };
  const document = JSON.stringify({ id, trace_id: traceId, name: "shop", ...times });
  const row = { startTimeSeconds, endTimeSeconds, receivedMs, document, kind: "segment", inProgress: false } as const;
  const segments = [{ traceId, segmentId: id, ...row }];
  const compiled = compileTrace({ traceId, segments, truncated: false }, { nowMs, inferredIdOf: () => id });
  const summary = indexedSummaryOf(compiled);
  return { facts: factsOf(compiled), summary, groupArns: [], version: receivedMs * 1000, receivedMs };
}

describe("the index past retention", () => {
  const range = { fromMs: noon, untilMs: noon + minuteMs };
  const shown = async () => {
    const { traces, scannedCount } = await facts.index.search(scope, { ...range, by: "TraceId", limit: 10 });
    const graph = await facts.index.graph(scope, range);
    const requests = graph.nodes.reduce((sum, { okCount }) => sum + okCount, 0);
    expect({ scannedCount, requests }).toEqual({ scannedCount: traces.length, requests: traces.length });
    return traces.map(({ traceId }) => Number.parseInt(traceId.slice(-16), 16));
  };

  it("shows a trace as long as its last document is kept, in lists and in totals, rolled up or not", async () => {
    await facts.index.putTraces(scope, [traceReceived(1, nowMs), traceReceived(2, nowMs)]);
    nowMs += dayMs;
    await facts.index.putTraces(scope, [traceReceived(2, nowMs), traceReceived(3, nowMs)]);
    nowMs += dayMs;
    await facts.index.putTraces(scope, [traceReceived(4, nowMs)]);
    await facts.index.rollUp(nowMs + minuteMs);
    expect(await shown()).toEqual([4, 3, 2, 1]);
    for (const expected of [[4, 3, 2], [4], []]) {
      nowMs += expected.length === 3 ? 29 * dayMs : dayMs;
      expect(await shown()).toEqual(expected); // days that are still there
      await facts.retain();
      expect(await shown()).toEqual(expected);
      await facts.index.rollUp(nowMs);
      expect(await shown()).toEqual(expected);
    }
  });

  it("keeps nothing in the end", async () => {
    nowMs += 40 * dayMs;
    await facts.retain();
    const { tables } = await facts.stats();
    expect([tables.traces.rows, tables.touched_minutes.rows, tables.graph_minutes.rows]).toEqual([0, 0, 0]);
  });
});
