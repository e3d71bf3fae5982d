import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Filter } from "../tracing/filter/filter.js";
import type { EdgeTotals, GraphTotals, NodeTotals } from "../tracing/graph-totals.js";
import { graphTotals } from "../tracing/service-graph.js";
import type { CallFacts, IndexedTrace, NodeId, SegmentFacts, TraceFacts } from "../tracing/trace-facts.js";
import type { Scope } from "./scope.js";
import type { FoundTraces, SeriesItem, TraceIndex, TracePosition, TraceSearch } from "./trace-index.js";
import type { TraceStore } from "./trace-store.js";

const secondMs = 1000;
const minuteMs = 60_000;
const noon = Date.UTC(2026, 2, 1, 12);
const everything = { fromMs: noon - 100 * minuteMs, untilMs: noon + 100 * minuteMs };

/** Tests share one store, so each has an account of its own. */
function newScope(): Scope {
  return { accountId: randomBytes(8).toString("hex"), region: "eu-west-1" };
}

function traceIdAt(timeMs: number): string {
  const seconds = Math.floor(timeMs / 1000);
  return `1-${seconds.toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
}

function node(name: string, type = "", accountId = ""): NodeId {
  return { name, type, accountId };
}

const request = {
  fault: false,
  error: false,
  throttle: false,
  httpStatus: 200,
  httpUrl: "http://shop.example.com/",
  httpMethod: "GET",
};

/** A root segment of 50 ms at noon, but for what is said. */
function segment(given: Partial<SegmentFacts> & { startMs?: number; endMs?: number } = {}): SegmentFacts {
  const { startMs = noon, endMs = startMs + 50, ...rest } = given;
  return {
    ...request,
    node: node("shop"),
    startUs: Math.round(startMs * 1000),
    endUs: Math.round(endMs * 1000),
    root: true,
    inferred: false,
    httpUserAgent: "curl",
    httpClientIp: "203.0.113.9",
    user: "",
    availabilityZone: "",
    instanceId: "",
    resourceArn: "",
    ...rest,
  };
}

function call(given: Partial<CallFacts> & { startMs?: number; endMs?: number } = {}): CallFacts {
  const { startMs = noon, endMs = startMs + 50, ...rest } = given;
  return {
    ...request,
    source: node("shop", "client"),
    target: node("shop"),
    link: false,
    eventAgeUs: 0,
    startUs: Math.round(startMs * 1000),
    endUs: Math.round(endMs * 1000),
    ...rest,
  };
}

let lastVersion = 1_772_366_400_000_000;

/** A trace of one segment, but for what is said. */
function trace(
  given: Partial<Omit<IndexedTrace, "facts">> & { readonly facts?: Partial<TraceFacts> } = {},
): IndexedTrace {
  const segments = given.facts?.segments ?? [segment()];
  const calls = given.facts?.calls ?? [];
  const startUs = Math.min(...segments.map((one) => one.startUs));
  const endUs = Math.max(...segments.map((one) => one.endUs ?? one.startUs));
  const timeMs = given.facts?.timeMs ?? Math.floor(startUs / 1000);
  const traceId = given.facts?.traceId ?? traceIdAt(timeMs);
  return {
    summary: JSON.stringify({ Id: traceId }),
    groupArns: [],
    version: ++lastVersion,
    receivedMs: noon + secondMs,
    ...given,
    facts: {
      traceId,
      timeMs,
      startUs,
      endUs,
      durationMs: Math.round((endUs - startUs) / 1000),
      responseMs: 50,
      ok: true,
      fault: false,
      error: false,
      throttle: false,
      partial: segments.some((one) => one.endUs === undefined),
      httpStatus: 200,
      httpUrl: "",
      httpMethod: "",
      httpUserAgent: "",
      httpClientIp: "",
      nodes: [],
      segments,
      calls,
      annotations: [],
      faultCauses: [],
      errorCauses: [],
      responseTimeCauses: [],
      ...given.facts,
    },
  };
}

function ofTenant(value: string): Filter {
  return { kind: "annotation-values", key: "tenant", which: "some", tests: [{ comparison: "=", value }] };
}

/** A later version of a trace. */
function next(former: IndexedTrace, facts: Partial<TraceFacts>): IndexedTrace {
  const { movedFromMs: _former, ...rest } = former;
  const movedFromMs = former.facts.timeMs;
  const all = { ...former.facts, ...facts };
  return {
    ...rest,
    facts: all,
    version: ++lastVersion,
    receivedMs: former.receivedMs + 1,
    ...(all.timeMs !== movedFromMs && { movedFromMs }),
  };
}

/** Numbers that look random and are the same at every run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The promises of `TraceIndex`. */
export function traceIndexContract(
  name: string,
  index: () => TraceIndex,
  documents: () => TraceStore,
  options: {
    /** A time at which everything that was touched until now may be rolled up. */
    readonly settledMs: () => number;
  },
): void {
  async function search(scope: Scope, given: Partial<TraceSearch> = {}): Promise<FoundTraces> {
    return index().search(scope, { ...everything, by: "TraceId", limit: 1000, ...given });
  }
  async function found(scope: Scope, given: Partial<TraceSearch> = {}): Promise<string[]> {
    return (await search(scope, given)).traces.map(({ traceId }) => traceId);
  }

  describe(`${name} as a TraceIndex`, () => {
    describe("searching", () => {
      it("gives summaries with their root causes, newest first, ties by trace id", async () => {
        const scope = newScope();
        const causes = {
          faultCauses: ['{"ClientImpacting":true}', JSON.stringify({ Services: ["it's", "\\", "\t"] })],
          errorCauses: [],
          responseTimeCauses: ["{}"],
        };
        const traces = [0, 0, 0, 1, 2].map((seconds) =>
          trace({ facts: { timeMs: noon + seconds * secondMs, ...causes } }),
        );
        await index().putTraces(scope, traces);
        const { traces: rows, scannedCount, next: after } = await search(scope);
        const expected = traces
          .map(({ facts: { timeMs, traceId } }) => ({ timeMs, traceId }))
          .sort((a, b) => b.timeMs - a.timeMs || (a.traceId < b.traceId ? 1 : -1));
        expect(rows.map(({ timeMs, traceId }) => ({ timeMs, traceId }))).toEqual(expected);
        expect(JSON.parse(rows[0]!.summary)).toEqual({
          Id: rows[0]!.traceId,
          FaultRootCauses: [{ ClientImpacting: true }, { Services: ["it's", "\\", "\t"] }],
          ErrorRootCauses: [],
          ResponseTimeRootCauses: [{}],
        });
        expect(rows[0]).not.toHaveProperty("matchedEventMs");
        expect({ scannedCount, after }).toEqual({ scannedCount: 5, after: undefined });
      });

      it("keeps accounts and regions apart", async () => {
        const scope = newScope();
        await index().putTraces(scope, [trace()]);
        for (const elsewhere of [newScope(), { ...scope, region: "us-east-1" }]) {
          expect(await search(elsewhere)).toEqual({ traces: [], scannedCount: 0 });
          expect(await index().graph(elsewhere, everything)).toEqual({ nodes: [], edges: [] });
        }
      });

      it("gives back any text and number", async () => {
        const scope = newScope();
        const odd = "a\tb\nc\\d'e\"f\r\0{x:String}é漢😀\ud800";
        const summary = JSON.stringify({ odd, number: 0.1 });
        const facts: Partial<TraceFacts> = {
          httpUrl: odd,
          httpStatus: 99_999,
          durationMs: 1e300,
          nodes: [node(odd, odd, odd)],
          segments: [segment({ user: odd, node: node(odd), httpStatus: Number.NaN, resourceArn: odd })],
          calls: [call({ startUs: -1e300, endUs: 1e300, eventAgeUs: Number.NEGATIVE_INFINITY })],
          annotations: [
            { key: odd, value: odd },
            { key: "__proto__", value: Number.NaN },
            { key: "", value: -0 },
            { key: "infinite", value: Number.POSITIVE_INFINITY },
            { key: "large", value: 1.7976931348623157e308 },
            { key: "small", value: 5e-324 },
            { key: "truth", value: true },
          ],
          faultCauses: [JSON.stringify(odd)],
        };
        await index().putTraces(scope, [trace({ facts, summary, groupArns: [odd, "'"] })]);
        const [row] = (await search(scope)).traces;
        expect(JSON.parse(row!.summary)).toMatchObject({ odd, number: 0.1, FaultRootCauses: [odd] });
        expect((await index().graph(scope, { ...everything, groupArn: odd })).nodes).toMatchObject([
          { node: { name: odd.replace("\ud800", "\ufffd") } },
        ]);
      });

      it("gives pages that hold each trace once, and says how many it looked at", async () => {
        const scope = newScope();
        const traces = Array.from({ length: 25 }, (_, place) =>
          trace({ facts: { timeMs: noon + Math.floor(place / 3) * secondMs } }),
        );
        await index().putTraces(scope, traces);
        const all = (await search(scope)).traces;
        const pages: string[] = [];
        let scanned = 0;
        let after: TracePosition | undefined;
        for (let page = 0; page < 4; page++) {
          const answer = await search(scope, { limit: 7, ...(after && { after }) });
          pages.push(...answer.traces.map(({ traceId }) => traceId));
          expect(answer.scannedCount).toBe(answer.traces.length);
          scanned += answer.scannedCount;
          after = answer.next;
          expect(after === undefined).toBe(page === 3);
        }
        expect(pages).toEqual(all.map(({ traceId }) => traceId));
        expect(scanned).toBe(25);
        expect((await search(scope, { limit: 25 })).next).toBeUndefined();
      });

      it("gives and counts only the traces that are visible", async () => {
        const scope = newScope();
        const traces = Array.from({ length: 12 }, (_, place) =>
          trace({
            facts: {
              timeMs: noon + place * secondMs,
              fault: place % 2 === 1,
              annotations: [{ key: "tenant", value: place % 3 === 0 ? "a" : "b" }],
            },
          }),
        );
        await index().putTraces(scope, traces);
        const visible = ofTenant("a");
        const seen = traces.filter((_, place) => place % 3 === 0).reverse();
        const all = await search(scope, { visible });
        expect(all.traces.map(({ traceId }) => traceId)).toEqual(seen.map(({ facts }) => facts.traceId));
        expect(all.scannedCount).toBe(4);
        const faults = await search(scope, { visible, filter: { kind: "keyword", keyword: "fault" } });
        expect(faults.traces.map(({ traceId }) => traceId)).toEqual(
          seen.filter(({ facts }) => facts.fault).map(({ facts }) => facts.traceId),
        );
        expect(faults.scannedCount).toBe(4);
        const page = await search(scope, { visible, limit: 3 });
        expect(page).toMatchObject({ scannedCount: 3, next: { traceId: seen[2]!.facts.traceId } });
      });

      it("looks at a share of traces, the same ones at every call", async () => {
        const scope = newScope();
        await index().putTraces(
          scope,
          Array.from({ length: 400 }, () => trace()),
        );
        const few = await search(scope, { share: 0.1 });
        const half = await search(scope, { share: 0.5 });
        expect(few.scannedCount).toBe(few.traces.length);
        expect(half.traces.length).toBeGreaterThan(140);
        expect(half.traces.length).toBeLessThan(260);
        const ids = half.traces.map(({ traceId }) => traceId);
        expect(ids).toEqual(expect.arrayContaining(few.traces.map(({ traceId }) => traceId)));
        expect(await search(scope, { share: 0 })).toEqual({ traces: [], scannedCount: 0 });
        expect((await search(scope, { share: 1 })).traces).toHaveLength(400);
      });
    });

    describe("finding by time", () => {
      const range = { fromMs: noon, untilMs: noon + 5 * minuteMs };
      const at = (timeMs: number) => trace({ facts: { segments: [segment({ startMs: timeMs })] } });

      it("of trace ids includes the first millisecond and excludes the last", async () => {
        const scope = newScope();
        const traces = [range.fromMs - 1, range.fromMs, range.untilMs - 1, range.untilMs].map(at);
        await index().putTraces(scope, traces);
        expect(await found(scope, range)).toEqual([traces[2]!.facts.traceId, traces[1]!.facts.traceId]);
      });

      it("of events takes what was running in the range, and says when it last was", async () => {
        const scope = newScope();
        const cases: [SegmentFacts[], number | undefined][] = [
          [[segment({ startMs: noon - minuteMs, endMs: noon + 10 * minuteMs })], range.untilMs - 1],
          [[segment({ startMs: noon - minuteMs, endMs: noon })], noon],
          [[segment({ startMs: noon - minuteMs, endMs: noon - 0.001 })], undefined],
          [[segment({ startMs: range.untilMs })], undefined],
          [[segment({ startMs: range.untilMs - 0.001, endMs: range.untilMs })], range.untilMs - 1],
          [[segment({ startMs: noon - 50 * minuteMs, endUs: undefined })], range.untilMs - 1],
          [[segment({ startMs: noon + 7, endUs: undefined })], noon + 7],
          [[segment({ startMs: noon - minuteMs }), segment({ startMs: range.untilMs })], undefined],
          [[segment({ startMs: noon }), segment({ startMs: noon + minuteMs, inferred: true })], noon + 50],
          [[segment({ startMs: noon }), segment({ startMs: noon + minuteMs })], noon + minuteMs + 50],
        ];
        const traces = cases.map(([segments]) => trace({ facts: { segments } }));
        await index().putTraces(scope, traces);
        const rows = (await search(scope, { ...range, by: "Event" })).traces;
        const matched = traces.map(
          ({ facts }) => rows.find(({ traceId }) => traceId === facts.traceId)?.matchedEventMs,
        );
        expect(matched).toEqual(cases.map(([, expected]) => expected));
        expect(await search(scope, { ...range, by: "Event", limit: 2 })).toMatchObject({ traces: { length: 2 } });
      });

      it("of services takes what ended in the range", async () => {
        const scope = newScope();
        const cases: [SegmentFacts[], number | undefined][] = [
          [[segment({ startMs: noon - minuteMs, endMs: noon })], noon],
          [[segment({ startMs: noon, endMs: range.untilMs })], undefined],
          [[segment({ startMs: noon + 1, endUs: undefined })], undefined],
          [[segment({ startMs: noon - minuteMs }), segment({ startMs: noon, inferred: true })], undefined],
          [[segment({ startMs: noon }), segment({ startMs: noon + 9, endMs: range.untilMs - 1 })], range.untilMs - 1],
        ];
        const traces = cases.map(([segments]) => trace({ facts: { segments } }));
        await index().putTraces(scope, traces);
        const { traces: rows, scannedCount } = await search(scope, { ...range, by: "Service" });
        const matched = traces.map(
          ({ facts }) => rows.find(({ traceId }) => traceId === facts.traceId)?.matchedEventMs,
        );
        expect(matched).toEqual(cases.map(([, expected]) => expected));
        expect(scannedCount).toBe(2);
      });
    });

    describe("versions", () => {
      it("count by their number, whichever came last", async () => {
        const scope = newScope();
        const first = trace({ summary: '{"n":1}' });
        const last = { ...next(first, {}), summary: '{"n":2}' };
        for (const version of [last, first, last]) {
          await index().putTraces(scope, [version, version]);
          const { traces, scannedCount } = await search(scope);
          expect(traces.map(({ summary }) => JSON.parse(summary).n)).toEqual([2]);
          expect(scannedCount).toBe(1);
        }
      });

      it("never match by what they replaced, even in another place of a page", async () => {
        const scope = newScope();
        const traces = Array.from({ length: 12 }, (_, place) =>
          trace({ facts: { segments: [segment({ startMs: noon + place * secondMs })] } }),
        );
        await index().putTraces(scope, traces);
        // Every second one ends elsewhere now, so that a page of the first three is made of six.
        const moved = traces
          .filter((_, place) => place % 2 === 1)
          .map((former) => next(former, { segments: [segment({ startMs: noon + 90 * minuteMs })] }));
        await index().putTraces(scope, moved);
        const range = { fromMs: noon, untilMs: noon + minuteMs, by: "Service" as const };
        const kept = traces
          .filter((_, place) => place % 2 === 0)
          .map(({ facts }) => facts.traceId)
          .reverse();
        expect(await found(scope, range)).toEqual(kept);
        const page = await search(scope, { ...range, limit: 3 });
        expect(page.traces.map(({ traceId }) => traceId)).toEqual(kept.slice(0, 3));
        expect(await found(scope, { ...range, after: page.next! })).toEqual(kept.slice(3));
      });

      it("that move stand in one place, whichever came last", async () => {
        const scope = newScope();
        const first = trace();
        const second = next(first, { timeMs: noon + minuteMs });
        const back = next(second, { timeMs: noon });
        await index().putTraces(scope, [second]);
        await index().putTraces(scope, [first]);
        const traceIds = [first.facts.traceId, traceIdAt(noon)];
        const expected = (timeMs: number) => [{ traceId: first.facts.traceId, timeMs }];
        expect((await search(scope)).traces).toMatchObject(expected(noon + minuteMs));
        expect(await index().positionsOf(scope, traceIds)).toEqual(expected(noon + minuteMs));
        await index().putTraces(scope, [back]);
        expect((await search(scope)).traces).toMatchObject(expected(noon));
        expect(await index().positionsOf(scope, traceIds)).toEqual(expected(noon));
        expect(await index().positionsOf(scope, [])).toEqual([]);
      });
    });

    describe("graphs", () => {
      const at = { startMs: noon + 5 * secondMs };
      const items = async (scope: Scope, query: Omit<Parameters<TraceIndex["series"]>[1], "fromMs" | "untilMs">) =>
        index().series(scope, { ...everything, ...query });

      it("count every request in one class, with its length, where it ended", async () => {
        const scope = newScope();
        const segments = [
          segment(at),
          segment({ ...at, fault: true, error: true, throttle: true, root: false, endMs: at.startMs + 1234 }),
          segment({ ...at, throttle: true, error: true, endMs: at.startMs + 123_456 }),
          segment({ ...at, error: true, inferred: true }),
          segment({ ...at, endUs: undefined }),
        ];
        const calls = [call(at), call({ ...at, link: true, eventAgeUs: 7_000_000 }), call({ ...at, endUs: undefined })];
        const one = trace({ facts: { segments, calls } });
        await index().putTraces(scope, [one]);
        const graph = await index().graph(scope, everything);
        expect(sorted(graph)).toEqual(sorted(foldOf([one], everything)));
        expect(graph.nodes).toMatchObject([{ okCount: 1, faultCount: 1, throttleCount: 1, errorCount: 1 }]);
        const early = { fromMs: noon, untilMs: noon + minuteMs };
        expect((await index().graph(scope, early)).nodes).toMatchObject([{ okCount: 1, throttleCount: 0 }]);
      });

      it("hold only the traces of a group, if one is named", async () => {
        const scope = newScope();
        await index().putTraces(scope, [trace({ groupArns: ["a", "b"] }), trace({ groupArns: ["b"] }), trace()]);
        const count = async (groupArn?: string) =>
          (await index().graph(scope, { ...everything, ...(groupArn !== undefined && { groupArn }) })).nodes[0]
            ?.okCount;
        for (let round = 0; round < 2; round++) {
          expect([await count(), await count("a"), await count("b"), await count("c")]).toEqual([3, 1, 2, undefined]);
          await index().rollUp(options.settledMs());
        }
      });

      it("are made of visible traces alone, links left out, whatever was added up before", async () => {
        const scope = newScope();
        const traces = ["a", "a", "b"].map((value) =>
          trace({
            groupArns: value === "b" ? [] : ["g"],
            facts: {
              segments: [segment(at)],
              calls: [call(at), call({ ...at, source: node("queue"), link: true })],
              annotations: [{ key: "tenant", value }],
            },
          }),
        );
        await index().putTraces(scope, traces);
        for (let round = 0; round < 2; round++) {
          for (const [value, count] of [
            ["a", 2],
            ["b", 1],
          ] as const) {
            const graph = await index().graph(scope, { ...everything, visible: ofTenant(value) });
            expect(graph.nodes).toMatchObject([{ okCount: count }]);
            expect(graph.edges).toMatchObject([{ okCount: count, link: false }]);
          }
          expect((await index().graph(scope, everything)).edges).toHaveLength(2);
          const inGroup = { ...everything, groupArn: "g", visible: ofTenant("b") };
          expect(await index().graph(scope, inGroup)).toEqual({ nodes: [], edges: [] });
          const series = await items(scope, { periodMs: minuteMs, of: { node: {} }, visible: ofTenant("a") });
          expect(series).toMatchObject([{ timeMs: noon, okCount: 2 }]);
          await index().rollUp(options.settledMs());
        }
      });

      it("give series of nodes and of edges, a period at a time", async () => {
        const scope = newScope();
        const traces = [0, 1, 5, 6].map((minute) => {
          const startMs = noon + minute * minuteMs;
          const segments = [segment({ startMs }), segment({ startMs, node: node("cart", "AWS::ECS::Container", "7") })];
          return trace({ facts: { segments, calls: [call({ startMs, fault: minute === 6 })] } });
        });
        await index().putTraces(scope, traces);
        for (let round = 0; round < 2; round++) {
          const times = (series: SeriesItem[]) => series.map(({ timeMs }) => (timeMs - noon) / minuteMs);
          expect(times(await items(scope, { periodMs: minuteMs, of: { node: {} } }))).toEqual([0, 1, 5, 6]);
          const five = await items(scope, { periodMs: 5 * minuteMs, of: { node: {} } });
          expect(five.map(({ timeMs, okCount }) => [(timeMs - noon) / minuteMs, okCount])).toEqual([
            [0, 4],
            [5, 4],
          ]);
          const of = { node: { name: "cart", type: "AWS::ECS::Container", accountId: "7" } };
          expect(await items(scope, { periodMs: minuteMs, of })).toHaveLength(4);
          expect(await items(scope, { periodMs: minuteMs, of: { node: { name: "cart", type: "x" } } })).toEqual([]);
          const edge = { source: { type: "client" }, target: { name: "shop" } };
          expect(await items(scope, { periodMs: 60 * minuteMs, of: edge })).toMatchObject([
            { timeMs: noon, okCount: 3, faultCount: 1 },
          ]);
          expect(await items(scope, { periodMs: minuteMs, of: { source: { name: "x" }, target: {} } })).toEqual([]);
          await index().rollUp(options.settledMs());
        }
      });

      it("give the graph of each minute apart", async () => {
        const scope = newScope();
        const traces = [0, 1, 5].map((minute) => {
          const startMs = noon + minute * minuteMs;
          return trace({ facts: { segments: [segment({ startMs })], calls: [call({ startMs })] } });
        });
        await index().putTraces(scope, traces);
        for (let round = 0; round < 2; round++) {
          const minutes = await index().graphMinutes(scope, { fromMs: noon, untilMs: noon + 5 * minuteMs });
          expect(minutes.map(({ minuteMs: atMs }) => (atMs - noon) / minuteMs)).toEqual([0, 1]);
          for (const { minuteMs: atMs, graph } of minutes)
            expect(graph).toEqual(await index().graph(scope, { fromMs: atMs, untilMs: atMs + minuteMs }));
          const group = { fromMs: noon, untilMs: noon + minuteMs, groupArn: "other" };
          expect(await index().graphMinutes(scope, group)).toEqual([]);
          await index().rollUp(options.settledMs());
        }
      });

      it.each([1, 2, 3])("are those of the pure fold, rolled up or not, for random traces (%i)", async (seed) => {
        const scope = newScope();
        const random = numbersFrom(seed);
        const current = new Map<string, IndexedTrace>();
        for (let round = 0; round < 6; round++) {
          const batch: IndexedTrace[] = [];
          for (let count = 0; count < 30; count++) {
            const former = [...current.values()][random(current.size * 3)];
            const facts = randomFacts(random);
            const version =
              former === undefined
                ? trace({ facts, groupArns: ["a", "b"].slice(random(3)) })
                : { ...next(former, facts), groupArns: ["a", "b"].slice(random(3)) };
            batch.push(version);
            current.set(version.facts.traceId, version);
          }
          // Of one trace several versions may come in one batch, and an old one late.
          for (const half of random(2) === 0 ? [batch] : [batch.slice(15), batch.slice(0, 15)])
            await index().putTraces(scope, half);
          for (let asked = 0; asked < 4; asked++) {
            const fromMs = noon - 6 * minuteMs + random(12 * 60) * secondMs;
            const untilMs = fromMs + random(8 * 60) * secondMs;
            const groupArn = [undefined, "a", "b"][random(3)];
            const range = { fromMs, untilMs, ...(groupArn !== undefined && { groupArn }) };
            const traces = [...current.values()].filter(
              ({ groupArns }) => groupArn === undefined || groupArns.includes(groupArn),
            );
            expect(sorted(await index().graph(scope, range))).toEqual(sorted(foldOf(traces, range)));
            const series = await index().series(scope, { ...range, periodMs: 2 * minuteMs, of: { node: {} } });
            expect(series.reduce((sum, item) => sum + requestsOf(item), 0)).toBe(
              foldOf(traces, range).nodes.reduce((sum, item) => sum + requestsOf(item), 0),
            );
          }
          if (random(3) > 0) await index().rollUp(options.settledMs());
        }
      });
    });

    it("rolls up while traces come, and misses none", async () => {
      const scope = newScope();
      const random = numbersFrom(9);
      const traces = Array.from({ length: 60 }, () => trace({ facts: randomFacts(random) }));
      const later = traces.map((former) => next(former, randomFacts(random)));
      const puts = [...traces, ...later].map((one) => index().putTraces(scope, [one]));
      for (let round = 0; round < 6; round++) {
        await Promise.race([puts[round * 20], index().rollUp(options.settledMs())]);
        await index().rollUp(options.settledMs());
      }
      await Promise.all(puts);
      const expected = sorted(foldOf(later, everything));
      expect(sorted(await index().graph(scope, everything))).toEqual(expected);
      await index().rollUp(options.settledMs());
      expect(sorted(await index().graph(scope, everything))).toEqual(expected);
    });

    it("tells which traces have documents that it does not show", async () => {
      const scope = newScope();
      const receivedMs = noon + 70 * 365 * 24 * 60 * minuteMs; // in a range of its own
      const put = (traceId: string, segmentId: string, receivedAt: number) =>
        documents().putSegments(scope, [
          {
            traceId,
            segmentId,
            kind: "segment",
            startTimeSeconds: noon / 1000,
            endTimeSeconds: noon / 1000,
            inProgress: false,
            receivedMs: receivedAt,
            document: "{}",
          },
        ]);
      const [one, other] = [traceIdAt(noon), traceIdAt(noon)];
      await put(one, "0000000000000001", receivedMs);
      await put(other, "0000000000000002", receivedMs + 1);
      const missing = async (limit = 10) =>
        (await index().unindexed(receivedMs, receivedMs + 100, limit)).filter(
          (candidate) => candidate.scope.accountId === scope.accountId,
        );
      expect(await missing()).toEqual([
        { scope, traceId: one },
        { scope, traceId: other },
      ]);
      expect(await missing(1)).toHaveLength(1);
      const first = trace({ facts: { traceId: one }, receivedMs });
      await index().putTraces(scope, [first]);
      expect(await missing()).toEqual([{ scope, traceId: other }]);
      await put(one, "0000000000000003", receivedMs + 2);
      expect(await missing()).toHaveLength(2);
      await index().putTraces(scope, [
        trace({ facts: { traceId: other }, receivedMs: receivedMs + 1 }),
        { ...next(first, { timeMs: noon + 5 }), receivedMs: receivedMs + 2 },
      ]);
      expect(await missing()).toEqual([]);
    });
  });
}

/** Facts that begin within five minutes of noon; some requests end long after, some never. */
function randomFacts(random: (below: number) => number): Partial<TraceFacts> {
  const names = ["shop", "cart", "payment"];
  const someNode = () => node(names[random(3)]!, ["", "client"][random(2)]!, ["", "1"][random(2)]!);
  const times = () => {
    const startUs = noon * 1000 + (random(600) - 300) * 1_000_000 + random(1_000_000);
    const lengthUs = [random(1000), random(1_000_000), random(10_000_000), random(200_000_000)][random(4)]!;
    const flags = { fault: random(4) === 0, error: random(3) === 0, throttle: random(3) === 0 };
    return { startUs, endUs: random(10) === 0 ? undefined : startUs + lengthUs, ...flags };
  };
  const segments = Array.from({ length: 1 + random(3) }, () =>
    segment({ ...times(), node: someNode(), root: random(2) === 0, inferred: random(2) === 0 }),
  );
  const calls = Array.from({ length: random(4) }, () =>
    call({ ...times(), source: someNode(), target: someNode(), link: random(3) === 0, eventAgeUs: random(99_000_000) }),
  );
  return { segments, calls, ...(random(8) === 0 && { timeMs: noon + random(1000) }) };
}

function foldOf(
  traces: readonly IndexedTrace[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): GraphTotals {
  return graphTotals(
    traces.map(({ facts }) => facts),
    { fromUs: fromMs * 1000, untilUs: untilMs * 1000 },
  );
}

/** In an order of its own, so that answers can be compared. */
function sorted(graph: GraphTotals) {
  const plain = <Item extends NodeTotals | EdgeTotals>(items: readonly Item[]) =>
    items
      .map((item) => ({ ...item, histogram: [...item.histogram].sort(([one], [other]) => one - other) }))
      .map((item) => ({
        ...item,
        key: JSON.stringify("node" in item ? item.node : [item.source, item.target, item.link]),
      }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  return { nodes: plain(graph.nodes), edges: plain(graph.edges) };
}

function requestsOf(item: { okCount: number; errorCount: number; throttleCount: number; faultCount: number }): number {
  return item.okCount + item.errorCount + item.throttleCount + item.faultCount;
}
