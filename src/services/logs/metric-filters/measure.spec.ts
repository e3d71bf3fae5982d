import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import type { LogEventRow } from "../../../storage/log-event-store.js";
import { compileFilterPattern } from "../filter-pattern/filter-pattern.js";
import { measure } from "./measure.js";

const noon = Date.UTC(2026, 2, 1, 12);

function rows(...messages: (string | object)[]): LogEventRow[] {
  return messages.map((message, index) => ({
    logStreamName: "one",
    timestampMs: noon + index * 30_000,
    ingestionTimeMs: noon,
    eventId: String(index),
    message: typeof message === "string" ? message : JSON.stringify(message),
  }));
}

function points(pattern: string, change: Partial<MetricTransformation>, events: LogEventRow[]) {
  const transformation = { metricNamespace: "N", metricName: "M", metricValue: "1", ...change };
  return measure({ pattern: compileFilterPattern(pattern), transformation }, events).map((point) => [
    (point.minuteMs - noon) / 60_000,
    point.sampleCount,
    point.sum,
    point.minimum,
    point.maximum,
    point.dimensions,
    point.isDefault,
  ]);
}

describe("a metric filter", () => {
  it("counts matching events by the minute of their own time", () => {
    const events = rows({ n: "a" }, { n: "b" }, { n: "a" }, { n: "a" });
    expect(points('{ $.n = "a" }', {}, events)).toEqual([
      [0, 1, 1, 1, 1, {}, false],
      [1, 2, 2, 1, 1, {}, false],
    ]);
  });

  it("takes the value from the event, and nothing from an event whose value is no number", () => {
    const events = rows({ ms: 5 }, { ms: "7.5" }, { ms: "long" });
    expect(points("{ $.ms = * }", { metricValue: "$.ms" }, events)).toEqual([[0, 2, 12.5, 5, 7.5, {}, false]]);
    expect(points("[ip, ms]", { metricValue: "$ms" }, rows("1.1.1.1 3", "1.1.1.1 x"))).toEqual([
      [0, 1, 3, 3, 3, {}, false],
    ]);
  });

  it("keeps dimensions apart, and leaves out events that lack one", () => {
    const events = rows({ a: 1, who: "ada" }, { a: 1, who: "grace" }, { a: 1 });
    const dimensions = { Who: "$.who" };
    expect(points("{ $.a = 1 || $.who = * }", { dimensions }, events)).toEqual([
      [0, 1, 1, 1, 1, { Who: "ada" }, false],
      [0, 1, 1, 1, 1, { Who: "grace" }, false],
    ]);
  });

  it("says the default value for minutes in which events came and none matched", () => {
    const events = rows({ n: "a" }, { n: "b" }, { n: "b" });
    expect(points('{ $.n = "a" }', { defaultValue: 0 }, events)).toEqual([
      [0, 1, 1, 1, 1, {}, false],
      [1, 1, 0, 0, 0, {}, true],
    ]);
  });
});
