import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRule } from "./rule.js";
import { SigmaError } from "./sigma-error.js";
import { type Memory, type Observation, type Tracking, track } from "./tracking.js";

/** How often a sequence of matches, each at a second and of a base or values, is found. */
function foundAt(tracking: Tracking, seen: readonly { at: number; base?: number; values?: string[] }[]): number[] {
  let memory: Memory | undefined;
  return seen.flatMap(({ at, base = 0, values = [] }, index) => {
    const observation: Observation = { base, timeMs: at * 1000, eventId: String(index), values };
    const tracked = track(tracking, memory, observation, 0);
    // What is remembered is stored as JSON.
    memory = JSON.parse(JSON.stringify(tracked.memory)) as Memory;
    return tracked.found ? [at] : [];
  });
}

const times = (...at: number[]) => at.map((each) => ({ at: each }));

describe("a count of events", () => {
  const three: Tracking = { kind: "event-count", timespanMs: 10_000, count: 3 };
  it.each([
    [[1, 2, 3], [3]],
    [[1, 2, 11], []],
    [[1, 2, 10], [10]],
    [[1, 5, 9, 13], [9]],
    [
      [1, 2, 3, 4, 5, 6],
      [3, 6],
    ],
    // Later ones first: streams of several processes are not in step.
    [[9, 1, 5], [5]],
    [[30, 1, 2, 3], []],
  ])("%j is found at %j", (at, expected) => {
    expect(foundAt(three, times(...at))).toEqual(expected);
  });

  it("is found where any window that ends at an event holds enough, and remembers no more than that takes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 25 }),
        fc.integer({ min: 1, max: 5 }),
        (unsorted, count) => {
          const at = [...unsorted].sort((left, right) => left - right);
          const first = at.find((end) => at.filter((each) => each <= end && each > end - 10).length >= count);
          expect(foundAt({ kind: "event-count", timespanMs: 10_000, count }, times(...at))[0]).toBe(first);
        },
      ),
    );
  });
});

describe("a count of values", () => {
  const three: Tracking = { kind: "value-count", timespanMs: 10_000, count: 3 };
  it.each([
    [[["a"], ["a"], ["a"], ["b"]], []],
    [[["a"], ["b"], ["c"]], [2]],
    [[["a", "b", "c"]], [0]],
    [[["a"], [], ["b", "c"]], [2]],
  ])("%j is found at %j", (values, expected) => {
    expect(
      foundAt(
        three,
        values.map((each, at) => ({ at, values: each })),
      ),
    ).toEqual(expected);
  });
});

describe("rules close to each other", () => {
  const any: Tracking = { kind: "temporal", ordered: false, timespanMs: 10_000, count: 3 };
  const ordered: Tracking = { ...any, ordered: true };
  it.each([
    [[0, 1, 2], [2], [2]],
    [[2, 1, 0], [2], []],
    [[0, 2, 1], [2], []],
    [[0, 0, 1, 1, 2], [4], [4]],
    [[0, 1, 0, 2], [3], [3]],
    [[0, 1, 1], [], []],
  ])("%j: %j in any order, %j in this one", (bases, inAny, inOrder) => {
    const seen = bases.map((base, at) => ({ at, base }));
    expect(foundAt(any, seen)).toEqual(inAny);
    expect(foundAt(ordered, seen)).toEqual(inOrder);
  });

  it("takes the latest beginning of a sequence", () => {
    const seen = [
      { at: 0, base: 0 },
      { at: 8, base: 0 },
      { at: 9, base: 1 },
      { at: 15, base: 2 },
    ];
    expect(foundAt(ordered, seen)).toEqual([15]);
    expect(foundAt(ordered, [seen[0]!, seen[2]!, seen[3]!])).toEqual([]);
  });
});

describe("a correlation", () => {
  const base = (name: string) =>
    `---\ntitle: ${name}\nname: ${name}\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {eventName: ${name}}, condition: s}\n`;
  const correlation = (section: string, ...names: string[]) =>
    `title: c\ncorrelation: ${section}\n${names.map(base).join("")}`;

  it.each([
    [
      "{type: event_count, rules: [a], group-by: [x], timespan: 5m, condition: {gte: 10}}",
      { kind: "event-count", timespanMs: 300_000, count: 10 },
    ],
    [
      "{type: event_count, rules: [a, b], timespan: 1d, condition: {gt: 10}}",
      { kind: "event-count", timespanMs: 86_400_000, count: 11 },
    ],
    [
      "{type: value_count, rules: [a], timespan: 1h, condition: {gte: 3, field: y}}",
      { kind: "value-count", timespanMs: 3_600_000, count: 3 },
    ],
    [
      "{type: temporal, rules: [a, b], timespan: 30s}",
      { kind: "temporal", ordered: false, timespanMs: 30_000, count: 2 },
    ],
    [
      "{type: temporal_ordered, rules: [b, a], timespan: 30s}",
      { kind: "temporal", ordered: true, timespanMs: 30_000, count: 2 },
    ],
  ])("%s is read", (section, tracking) => {
    const names = section.includes("b") && /rules: \[(a, b|b, a)\]/.test(section) ? ["a", "b"] : ["a"];
    const rule = compileRule(correlation(section, ...names));
    expect(rule.tracking).toEqual(tracking);
    expect(rule.bases).toHaveLength(names.length);
  });

  it("refers to fields by the names that each rule has for them", () => {
    const aliases = "{who: {a: userIdentity.arn, b: requestParameters.arn}}";
    const { bases } = compileRule(
      correlation(`{type: temporal, rules: [a, b], timespan: 1m, group-by: [who], aliases: ${aliases}}`, "a", "b"),
    );
    const event = { record: { userIdentity: { arn: "x" }, requestParameters: { arn: "y" } }, text: "" };
    expect(bases.map(({ groupBy }) => groupBy.flatMap((field) => field.values(event)))).toEqual([["x"], ["y"]]);
  });

  it.each([
    ["{type: value_avg, rules: [a], timespan: 1m, condition: {gte: 1}}", /'value_avg' is not supported/],
    ["{type: event_count, rules: [a], timespan: 1m, condition: {lt: 1}}", /'lt' of a correlation is not supported/],
    ["{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1, lte: 5}}", /two bounds/],
    ["{type: event_count, rules: [a], timespan: 1m}", /'condition' is missing/],
    ["{type: event_count, rules: [a], timespan: 1w, condition: {gte: 1}}", /'timespan' is a time/],
    ["{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1001}}", /counts from 1 to 1000/],
    ["{type: value_count, rules: [a], timespan: 1m, condition: {gte: 1}}", /names a 'field'/],
    ["{type: temporal, rules: [a], timespan: 1m}", /refers to several rules/],
    ["{type: event_count, rules: [z], timespan: 1m, condition: {gte: 1}}", /refers to 'z'/],
    [
      "{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1}, generate: true}",
      /'generate' is not supported/,
    ],
    ["{type: event_count, rules: [a], timespan: 1m, condition: {gte: 1}, near: x}", /'near' in 'correlation'/],
  ])("%s is refused by name", (section, message) => {
    const compile = () => compileRule(correlation(section, "a"));
    expect(compile).toThrow(SigmaError);
    expect(compile).toThrow(message);
  });
});
