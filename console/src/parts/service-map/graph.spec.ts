import type { Service } from "@aws-sdk/client-xray";
import { describe, expect, it } from "vitest";
import { parseFilter } from "../../../../src/tracing/filter/parse-filter.js";
import { edgeFilter, serviceFilter } from "./filters.js";
import { clientTraffic, mapGraphOf, nodeKeyOf, worstOf } from "./graph.js";
import { binsOf, quantileOf } from "./histogram.js";
import { ringOf } from "./ring.js";

const statistics = (ok: number, fault: number, throttle = 0, error = 0) => ({
  OkCount: ok,
  ErrorStatistics: { ThrottleCount: throttle, OtherCount: error, TotalCount: throttle + error },
  FaultStatistics: { OtherCount: fault, TotalCount: fault },
  TotalCount: ok + fault + throttle + error,
  TotalResponseTime: 10,
});

const services: Service[] = [
  {
    ReferenceId: 2,
    Name: "web",
    Type: "client",
    State: "unknown",
    Edges: [{ ReferenceId: 0, SummaryStatistics: statistics(6, 2, 1, 1) }],
  },
  {
    ReferenceId: 0,
    Name: "web",
    State: "active",
    SummaryStatistics: statistics(6, 2, 1, 1),
    Edges: [{ ReferenceId: 1, SummaryStatistics: statistics(10, 0), EdgeType: "link" }],
  },
  { ReferenceId: 1, Name: "queue", Type: "AWS::SQS::Queue", State: "unknown", Edges: [] },
];

describe("a map's graph", () => {
  it("is the API's, with clients, services and what is only known from callers told apart", () => {
    const { nodes, edges } = mapGraphOf(services);
    expect(nodes.map(({ name, kind, outcomes }) => [name, kind, outcomes.total])).toEqual([
      ["queue", "inferred", 0],
      ["web", "service", 10],
      ["web", "client", 0],
    ]);
    expect(edges.map(({ source, target, isLink }) => [source, target, isLink])).toEqual([
      [nodeKeyOf({ Name: "web" }), nodeKeyOf({ Name: "queue", Type: "AWS::SQS::Queue" }), true],
      [nodeKeyOf({ Name: "web", Type: "client" }), nodeKeyOf({ Name: "web" }), false],
    ]);
    expect(clientTraffic({ nodes, edges })).toMatchObject({
      outcomes: { total: 10, ok: 6, fault: 2, throttle: 1, error: 1 },
      meanSeconds: 1,
    });
    expect(mapGraphOf([...services].reverse())).toEqual({ nodes, edges });
  });

  it("has rings that show also what seldom happens, and badges for the worst", () => {
    const outcomes = { total: 1_000_000, ok: 999_999, error: 0, throttle: 0, fault: 1 };
    const ring = ringOf(outcomes);
    expect(ring.map(({ outcome }) => outcome)).toEqual(["fault", "ok"]);
    expect(ring[0]!.length).toBeGreaterThan(0.02);
    expect(ring.reduce((sum, { length }) => sum + length, 0)).toBeCloseTo(1);
    expect(worstOf(outcomes)).toBe("fault");
    expect(ringOf({ total: 0, ok: 0, error: 0, throttle: 0, fault: 0 })).toEqual([]);
  });

  it("leads to traces by filters that hold whatever a service is called", () => {
    const odd = { name: 'a"b\\" || fault', type: "AWS::Lambda", accountId: "1" };
    expect(parseFilter(serviceFilter(odd))).toEqual({
      kind: "service",
      node: { name: odd.name, type: odd.type, accountId: "1" },
    });
    expect(parseFilter(edgeFilter(odd, { name: "b", type: "", accountId: "" }, "fault"))).toMatchObject({
      kind: "edge",
      source: { name: odd.name },
      target: { name: "b" },
      where: { kind: "keyword", keyword: "fault" },
    });
  });
});

describe("response times", () => {
  const entries = [
    { Value: 0.01, Count: 90 },
    { Value: 0.2, Count: 9 },
    { Value: 4, Count: 1 },
  ];

  it("fall into steps that lose none", () => {
    const bins = binsOf(entries);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    expect(bins[0]).toMatchObject({ from: 0.01, count: 90 });
    expect(bins.at(-1)).toMatchObject({ until: 4, count: 1 });
    expect(binsOf([{ Value: 0, Count: 3 }])).toMatchObject([{ count: 3 }]);
    expect(binsOf([])).toEqual([]);
  });

  it("have quantiles", () => {
    expect([0.5, 0.9, 0.95, 1].map((share) => quantileOf(entries, share))).toEqual([0.01, 0.01, 0.2, 4]);
    expect(quantileOf([], 0.5)).toBeUndefined();
  });
});
