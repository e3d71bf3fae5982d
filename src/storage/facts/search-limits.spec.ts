import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemEnvironment } from "../../environment.js";
import { compileTrace } from "../../tracing/compile-trace.js";
import { factsOf } from "../../tracing/facts.js";
import { parseFilter } from "../../tracing/filter/parse-filter.js";
import { indexedSummaryOf } from "../../tracing/summary.js";
import type { IndexedTrace } from "../../tracing/trace-facts.js";
import type { FoundTraces, TracePosition, TraceSearch } from "../trace-index.js";
import { type Facts, openFacts } from "./open-facts.js";

/** A search that would cost much is spread over pages; each page gets on, also where nothing is found. */
const scope = { accountId: "123456789012", region: "us-east-1" };
const environment = systemEnvironment;
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-search-"));
const nowMs = environment.clock.nowMs();
const baseMs = Math.floor(nowMs / 1000) * 1000 - 3_600_000;
const count = 57;
/** Of every third, as large as a page may be. */
const largeText = "x".repeat(5000);
const limits = { scannedMax: 10, pageBytesMax: 5000 };
const range = { fromMs: baseMs, untilMs: baseMs + count * 1000 };
let facts: Facts;

beforeAll(async () => {
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ dataFolder: folder, environment, retention, limits: { search: limits } });
  await facts.index.putTraces(
    scope,
    Array.from({ length: count }, (_, number) => traceNumbered(number)),
  );
});
afterAll(async () => {
  await facts?.close();
  rmSync(folder, { recursive: true });
});

/** One a second; three share the time of the twentieth. */
function traceNumbered(number: number): IndexedTrace {
  const startMs = baseMs + (number >= 20 && number < 23 ? 20 : number) * 1000;
  const id = number.toString(16).padStart(16, "0");
  const traceId = `1-${(startMs / 1000).toString(16)}-00000000${id}`;
  const user = number % 3 === 0 ? largeText : "u";
  const times = { startTimeSeconds: startMs / 1000, endTimeSeconds: startMs / 1000 + 1, receivedMs: nowMs };
  const document = JSON.stringify({
    id,
    trace_id: traceId,
    name: "shop",
    start_time: times.startTimeSeconds,
    end_time: times.endTimeSeconds,
    user,
    annotations: { number, last: number === 0 },
  });
  const row = { traceId, segmentId: id, kind: "segment" as const, inProgress: false, document, ...times };
  const stored = { traceId, segments: [row], truncated: false };
  const trace = compileTrace(stored, { nowMs, inferredIdOf: () => id });
  const summary = indexedSummaryOf(trace);
  return { facts: factsOf(trace), summary, groupArns: [], version: nowMs * 1000, receivedMs: nowMs };
}

async function pagesOf(search: Partial<TraceSearch> = {}): Promise<FoundTraces[]> {
  const pages: FoundTraces[] = [];
  let after = search.after;
  do {
    const asked = { ...range, by: "TraceId" as const, limit: 1000, ...search };
    const page = await facts.index.search(scope, { ...asked, ...(after && { after }) });
    if (after !== undefined && page.next !== undefined) expect(isBefore(page.next, after)).toBe(true);
    pages.push(page);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

const numbersIn = (pages: readonly FoundTraces[]) =>
  pages.flatMap(({ traces }) => traces.map(({ traceId }) => Number.parseInt(traceId.slice(-16), 16)));
const scannedIn = (pages: readonly FoundTraces[]) => pages.reduce((sum, { scannedCount }) => sum + scannedCount, 0);
const all = Array.from({ length: count }, (_, number) => count - 1 - number);

describe("a search", () => {
  it("ends a page with the summary that makes it too large", async () => {
    const pages = await pagesOf();
    expect(pages.length).toBeGreaterThanOrEqual(count / 3);
    expect(pages.every(({ traces }) => traces.length > 0)).toBe(true);
    for (const { traces } of pages) {
      const bytes = traces.slice(0, -1).reduce((sum, { summary }) => sum + summary.length, 0);
      expect(bytes).toBeLessThan(limits.pageBytesMax + traces.length * 100);
    }
    expect(numbersIn(pages)).toEqual(all);
    expect(scannedIn(pages)).toBe(count);
  });

  it.each(["TraceId", "Event", "Service"] as const)("by %s looks at so many traces a page and gets on", async (by) => {
    const pages = await pagesOf({ by, untilMs: range.untilMs + 2000, filter: parseFilter("annotation.last = true") });
    expect(numbersIn(pages)).toEqual([0]);
    expect(pages.slice(0, -1).every(({ traces }) => traces.length === 0)).toBe(true);
    expect(pages.length).toBeGreaterThanOrEqual(4);
    // Those of one moment are looked at together.
    for (const { scannedCount } of pages) expect(scannedCount).toBeLessThanOrEqual(limits.scannedMax + 3);
    expect(scannedIn(pages)).toBe(count);
  });

  it("gives each trace once where both limits end pages", async () => {
    const pages = await pagesOf({ filter: parseFilter("annotation.number >= 5"), limit: 4 });
    expect(numbersIn(pages)).toEqual(all.filter((number) => number >= 5));
    expect(scannedIn(pages)).toBe(count);
  });
});

describe("a graph of visible traces", () => {
  it("is refused where the range holds more traces than a search looks at", async () => {
    const visible = parseFilter("annotation.number >= 5");
    await expect(facts.index.graph(scope, { ...range, visible })).rejects.toMatchObject({
      name: "TooManyTraces",
      tracesMax: limits.scannedMax,
    });
    const before = { fromMs: range.fromMs - 600_000, untilMs: range.fromMs - 300_000 };
    expect(await facts.index.graph(scope, { ...before, visible })).toEqual({ nodes: [], edges: [] });
  });
});

function isBefore(one: TracePosition, other: TracePosition): boolean {
  return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.traceId < other.traceId);
}
