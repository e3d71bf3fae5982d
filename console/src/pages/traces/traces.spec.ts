import type { TraceSummary } from "@aws-sdk/client-xray";
import { describe, expect, it } from "vitest";
import { suggestionsFor } from "./completions.js";
import { narrowedBy, problemOf, withinResponseTimes } from "./filter-edit.js";
import { searchTraces, tracesMax, windowsOf } from "./search.js";
import { byResponseTime, groupBy, overTime, percentile, sumOf, vocabularyOf } from "./statistics.js";

const hour = 3_600_000;
const t0 = Date.UTC(2026, 0, 1);

describe("narrowing a filter", () => {
  it("adds a term, in parentheses where OR would take it apart, and not twice", () => {
    expect(narrowedBy("", "fault")).toBe("fault");
    expect(narrowedBy("fault", 'user = "u"')).toBe('fault AND user = "u"');
    expect(narrowedBy("ok OR error", "throttle")).toBe("(ok OR error) AND throttle");
    expect(narrowedBy("fault AND error", "error")).toBe("fault AND error");
    expect(narrowedBy("fault AND", "error")).toBe("fault AND");
  });

  it("puts bounds of the response time in place of those there were", () => {
    expect(withinResponseTimes("", 1, 2)).toBe("responsetime >= 1 AND responsetime <= 2");
    expect(withinResponseTimes("responsetime >= 1 AND responsetime <= 2", 1.2, 1.4)).toBe(
      "responsetime >= 1.2 AND responsetime <= 1.4",
    );
    expect(withinResponseTimes("fault AND responsetime > 3", 4, 5)).toBe(
      "fault AND responsetime >= 4 AND responsetime <= 5",
    );
    expect(withinResponseTimes("ok OR fault", 4, 5)).toBe("(ok OR fault) AND responsetime >= 4 AND responsetime <= 5");
  });

  it("says what is wrong, and where", () => {
    expect(problemOf("fault AND colour = 1")).toMatchObject({ from: 10, to: 16 });
    expect(problemOf("ok AND")).toMatchObject({ from: 6, to: 6 });
    expect(problemOf("fault AND ok")).toBeUndefined();
  });
});

const summary = (more: Partial<TraceSummary> = {}): TraceSummary => ({
  Id: "1",
  StartTime: new Date(t0),
  ResponseTime: 0.1,
  Http: { HttpURL: "http://shop/cart", HttpStatus: 200 },
  Users: [{ UserName: "ada" }],
  ServiceIds: [{ Name: "web" }, { Name: "web", Type: "client" }],
  Annotations: {
    customer: [{ AnnotationValue: { StringValue: "c-1" } }],
    "a b": [{ AnnotationValue: { NumberValue: 7 } }],
  },
  ...more,
});

describe("suggestions", () => {
  const known = vocabularyOf([summary()]);
  const labels = (before: string) => suggestionsFor(before, known)?.options.map(({ label }) => label) ?? [];

  it("are names of services where services stand", () => {
    expect(labels("service(")).toEqual(['"web"']);
    expect(labels('fault AND edge("x", "w')).toEqual(['"web"']);
    expect(labels('service(id(name: "')).toEqual(['"web"']);
  });

  it("are keys and values of annotations that were seen", () => {
    expect(labels("annotation.")).toEqual(["annotation.customer", 'annotation["a b"]']);
    expect(labels("annotation.customer = ")).toEqual(['"c-1"']);
    expect(labels('annotation["a b"] > ')).toEqual(["7"]);
  });

  it("are keywords of the place, the operators of a keyword, and what joins terms", () => {
    expect(labels("")).toContain("responsetime");
    expect(labels("ok AND ")).toContain("http.url");
    expect(labels('service("web") { ')).toContain("root");
    expect(labels('service("web") { ')).not.toContain("partial");
    expect(labels("responsetime ")).toContain(">=");
    expect(labels("http.url ")).toContain("CONTAINS");
    expect(labels("user = ")).toEqual(['"ada"']);
    expect(labels("fault = ")).toEqual(["true", "false"]);
    expect(labels('user = "ada" ')).toEqual(["AND", "OR"]);
  });
});

describe("statistics of traces", () => {
  it("count them over time and by response time, each once", () => {
    const traces = [
      summary(),
      summary({ StartTime: new Date(t0 + hour), ResponseTime: 4.1, HasFault: true }),
      summary({ ResponseTime: undefined }),
    ];
    const bars = overTime(traces, { start: new Date(t0), end: new Date(t0 + hour) }, 4);
    expect(bars.map(sumOf)).toEqual([2, 0, 0, 1]);
    expect(bars[3]?.counts.fault).toBe(1);
    const byTime = byResponseTime(traces, 10);
    expect(byTime.map(sumOf)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(byTime.at(-1)?.until).toBe(5);
    expect(byResponseTime([])).toEqual([]);
  });

  it("group them, with the filter that finds each group, and those that have no value", () => {
    const traces = [summary(), summary({ ResponseTime: 0.3, HasFault: true }), summary({ Http: {}, Annotations: {} })];
    expect(groupBy(traces, "url")).toMatchObject([
      { value: "http://shop/cart", term: 'http.url = "http://shop/cart"', count: 2, faults: 1, p50: 0.1, p90: 0.3 },
      { value: undefined, term: "!http.url", count: 1 },
    ]);
    expect(groupBy(traces, "service")).toMatchObject([{ value: "web", term: 'service("web")', share: 1 }]);
    expect(groupBy(traces, "annotation:a b").map(({ term }) => term)).toEqual([
      'annotation["a b"] = 7',
      '!annotation["a b"]',
    ]);
    expect(groupBy(traces, "annotation:__proto__").map(({ count }) => count)).toEqual([3]);
    expect(percentile([], 0.5)).toBeUndefined();
  });
});

describe("a search", () => {
  const period = { start: new Date(t0), end: new Date(t0 + 50 * hour) };

  it("asks for at most a day at once, the newest first", () => {
    expect(windowsOf(period).map(({ start, end }) => (end.getTime() - start.getTime()) / hour)).toEqual([24, 24, 2]);
    expect(windowsOf(period)[0]?.end).toEqual(period.end);
  });

  it("goes through pages and ranges to the end, and stops where there are too many", async () => {
    const pages: (string | undefined)[] = [];
    const shares: number[] = [];
    let last: { traces: readonly TraceSummary[]; cut: boolean } | undefined;
    for await (const progress of searchTraces(period, async (window, token) => {
      pages.push(token);
      const nextToken = token === undefined ? "more" : undefined;
      return { traces: [summary()], nextToken, reached: new Date(window.end.getTime() - hour) };
    })) {
      shares.push(progress.share);
      last = progress;
    }
    expect(pages).toEqual([undefined, "more", undefined, "more", undefined, "more"]);
    expect(shares.at(-1)).toBe(1);
    expect(last).toMatchObject({ cut: false, traces: { length: 6 } });

    let calls = 0;
    for await (const progress of searchTraces(period, async () => {
      calls += 1;
      return { traces: Array.from({ length: 1_000 }, () => summary()), nextToken: "more", reached: undefined };
    }))
      last = progress;
    expect(calls).toBe(tracesMax / 1_000);
    expect(last?.cut).toBe(true);
  });
});
