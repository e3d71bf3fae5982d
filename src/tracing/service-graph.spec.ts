import type { Edge, HistogramEntry, Service } from "@aws-sdk/client-xray";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyDocuments, compile, hexId, segment, subsegment, T, traceId } from "./compiled-traces.fixture.js";
import { factsOf } from "./facts.js";
import type { GraphTotals } from "./graph-totals.js";
import { histogramBucketMs } from "./graph-totals.js";
import { graphTotals, mergeGraphTotals, servicesOf } from "./service-graph.js";
import type { TraceFacts } from "./trace-facts.js";

const facts = (...documents: readonly unknown[]) => factsOf(compile(...documents));
const graph = (...documents: readonly unknown[]) => servicesOf(graphTotals([facts(...documents)]));
const find = (services: readonly Service[], name: string, type?: string) =>
  services.find((service) => service.Name === name && service.Type === type)!;
const edgesOf = (services: readonly Service[], { Edges = [] }: Service) =>
  Edges.map((edge) => ({ edge, target: services.find(({ ReferenceId }) => ReferenceId === edge.ReferenceId)!.Name }));
const us = (seconds: number) => (T + seconds) * 1e6;

/** Requests that ended one way, and how long they took together. */
const statistics = (count: "ok" | "fault" | "error" | "throttle", seconds: number) => {
  const of = (...kinds: string[]) => (kinds.includes(count) ? 1 : 0);
  return {
    OkCount: of("ok"),
    ErrorStatistics: { ThrottleCount: of("throttle"), OtherCount: of("error"), TotalCount: of("throttle", "error") },
    FaultStatistics: { OtherCount: of("fault"), TotalCount: of("fault") },
    TotalCount: 1,
    TotalResponseTime: seconds,
  };
};
const histogram = (seconds: number) => [{ Value: seconds, Count: 1 }];

describe("the graph of one purchase [101] [102] [103] [104] [105] [108]", () => {
  const http = (status: number) => ({ response: { status } });
  const services = graph(
    segment(1, {
      name: "shop",
      origin: "AWS::EC2::Instance",
      end_time: T + 0.3,
      http: http(200),
      subsegments: [
        subsegment(2, {
          name: "DynamoDB",
          namespace: "aws",
          start_time: T + 0.01,
          end_time: T + 0.06,
          aws: { table_name: "carts" },
          http: http(200),
        }),
        subsegment(3, {
          name: "pay.example.com",
          namespace: "remote",
          start_time: T + 0.07,
          end_time: T + 0.27,
          fault: true,
          http: http(503),
        }),
      ],
    }),
    segment(4, { name: "pay", parent_id: hexId(3), start_time: T + 0.08, end_time: T + 0.26, fault: true }),
  );
  const times = { StartTime: new Date(T * 1000), EndTime: new Date(T * 1000) };
  const ids = Object.fromEntries(services.map(({ Name, Type, ReferenceId }) => [`${Name} ${Type}`, ReferenceId!]));

  it("is as the reference has it", () => {
    const edge = (to: string, of: ReturnType<typeof statistics>, seconds: number): Edge => ({
      ReferenceId: ids[to]!,
      ...times,
      SummaryStatistics: of,
      ResponseTimeHistogram: histogram(seconds),
      Aliases: [],
    });
    const service = (more: Partial<Service>, of: ReturnType<typeof statistics>, seconds: number): Service => ({
      Names: [more.Name!],
      ...times,
      Edges: [],
      SummaryStatistics: of,
      DurationHistogram: histogram(seconds),
      ResponseTimeHistogram: histogram(seconds),
      ...more,
    });
    expect(services.map(({ ReferenceId }) => ReferenceId)).toEqual([0, 1, 2, 3]);
    expect(services.map(({ ReferenceId: _, ...service }) => service)).toEqual(
      expect.arrayContaining([
        {
          Name: "shop",
          Names: ["shop"],
          Type: "client",
          State: "unknown",
          ...times,
          Edges: [edge("shop AWS::EC2::Instance", statistics("ok", 0.3), 0.3)],
        },
        service(
          {
            Name: "shop",
            Type: "AWS::EC2::Instance",
            Root: true,
            State: "active",
            Edges: [
              edge("pay undefined", statistics("fault", 0.2), 0.2),
              edge("carts AWS::DynamoDB::Table", statistics("ok", 0.05), 0.05),
            ],
          },
          statistics("ok", 0.3),
          0.3,
        ),
        service({ Name: "pay", State: "active" }, statistics("fault", 0.18), 0.18),
        service({ Name: "carts", Type: "AWS::DynamoDB::Table", State: "unknown" }, statistics("ok", 0.05), 0.05),
      ]),
    );
  });
});

describe("a service graph", () => {
  it("has a remote call without a callee as a node of type remote [113], and an account where it is known", () => {
    const services = graph(
      segment(1, { aws: { account_id: "111122223333" }, subsegments: [subsegment(2, { namespace: "remote" })] }),
    );
    expect(find(services, "call-2", "remote")).toMatchObject({ State: "unknown", Edges: [] });
    expect(find(services, "service-1")).toMatchObject({ AccountId: "111122223333" });
    expect(find(services, "service-1", "client")).not.toHaveProperty("AccountId");
  });

  it("counts a request that has several flags once: fault before throttle before error", () => {
    const counted = (flags: object) => find(graph(segment(1, flags)), "service-1").SummaryStatistics;
    expect(counted({ fault: true, error: true, throttle: true })).toEqual(statistics("fault", 1));
    expect(counted({ error: true, throttle: true })).toEqual(statistics("throttle", 1));
    expect(counted({ error: true })).toEqual(statistics("error", 1));
  });

  it("shows what is in progress, and counts it nowhere", () => {
    const running = { end_time: undefined, in_progress: true };
    const services = graph(segment(1, running), segment(2, { ...running, parent_id: hexId(1) }));
    expect(services).toHaveLength(3);
    for (const { Type, SummaryStatistics, ResponseTimeHistogram, Edges } of services) {
      if (Type === "client") expect(SummaryStatistics).toBeUndefined();
      else expect(SummaryStatistics).toMatchObject({ TotalCount: 0, TotalResponseTime: 0 });
      expect(ResponseTimeHistogram ?? []).toEqual([]);
      for (const edge of Edges!) expect(edge.SummaryStatistics).toMatchObject({ TotalCount: 0 });
    }
    expect(graphTotals([facts(segment(1, running))], { fromUs: 0, untilUs: us(99) })).toEqual({ nodes: [], edges: [] });
  });

  it("of a range counts what ended in it; the other end of a call that did is there, with nothing counted", () => {
    const call = subsegment(2, { namespace: "remote", end_time: T + 0.9 });
    const trace = facts(
      segment(1, { end_time: T + 5, subsegments: [call] }),
      segment(3, { parent_id: hexId(2), end_time: T + 0.4 }),
    );
    const services = servicesOf(graphTotals([trace], { fromUs: us(0.5), untilUs: us(1) }));
    expect(services.map(({ Name, SummaryStatistics }) => [Name, SummaryStatistics!.TotalCount])).toEqual([
      ["service-1", 0],
      ["service-3", 0],
    ]);
    expect(edgesOf(services, find(services, "service-1"))).toMatchObject([
      { target: "service-3", edge: { SummaryStatistics: { TotalCount: 1 } } },
    ]);
    const of = (fromUs: number, untilUs: number) => graphTotals([trace], { fromUs, untilUs }).nodes.length;
    expect([of(us(5), us(6)), of(us(4), us(5))]).toEqual([1, 0]);
  });

  it("has links apart from calls, with the ages of events in place of response times", () => {
    const services = graph(
      segment(1, { name: "queue" }),
      segment(2, {
        name: "worker",
        parent_id: hexId(1),
        start_time: T + 3,
        end_time: T + 5,
        links: [{ trace_id: traceId, id: hexId(1) }],
      }),
    );
    const [call, link] = find(services, "queue").Edges!.sort((a) => (a.EdgeType ? 1 : -1));
    expect(call).toMatchObject({ ResponseTimeHistogram: histogram(2) });
    expect(call).not.toHaveProperty("EdgeType");
    expect(link).toMatchObject({
      EdgeType: "link",
      ReceivedEventAgeHistogram: histogram(2),
      SummaryStatistics: { TotalResponseTime: 2 },
    });
    expect(link).not.toHaveProperty("ResponseTimeHistogram");
  });

  it("may have a service that calls itself, and services that differ in type or account alone", () => {
    const own = graph(segment(1, { name: "a" }), segment(2, { name: "a", parent_id: hexId(1) }));
    expect(edgesOf(own, find(own, "a"))).toMatchObject([{ target: "a" }]);
    const many = graph(
      segment(1, { name: "a", origin: "client" }),
      segment(2, { name: "a", origin: "client", aws: { account_id: "1" } }),
      segment(3, { name: "a" }),
    );
    expect(many.map(({ Name, Type, AccountId }) => [Name, Type, AccountId])).toEqual([
      ["a", undefined, undefined],
      ["a", "client", undefined],
      ["a", "client", "1"],
    ]);
  });
});

describe("any service graph", () => {
  const anyTraces = fc.array(
    anyDocuments.map((documents) => facts(...documents)),
    { maxLength: 4 },
  );
  const anyRange = fc.option(
    fc
      .tuple(fc.nat(8000), fc.nat(4000))
      .map(([from, length]) => ({ fromUs: us(from / 1000), untilUs: us((from + length) / 1000) })),
    { nil: undefined },
  );

  it("has edges to services that are there, each with a number of its own [109]", () => {
    fc.assert(
      fc.property(anyTraces, anyRange, fc.constantFrom("dense" as const, "stable" as const), (traces, range, kind) => {
        const services = servicesOf(graphTotals(traces, range), kind);
        const ids = services.map(({ ReferenceId }) => ReferenceId!);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual(kind === "dense" ? ids.map((_, index) => index) : ids.toSorted((a, b) => a - b));
        for (const { Edges } of services)
          for (const { ReferenceId, Aliases } of Edges!) {
            expect(ids).toContain(ReferenceId);
            expect(Aliases).toEqual([]);
          }
      }),
    );
  });

  it("counts every request in one class and one value of its histogram [106] [107]", () => {
    fc.assert(
      fc.property(anyTraces, anyRange, (traces, range) => {
        const totals = graphTotals(traces, range);
        const services = servicesOf(totals);
        const check = ({ SummaryStatistics: of }: Service | Edge, ...histograms: (HistogramEntry[] | undefined)[]) => {
          const { OkCount, ErrorStatistics: error, FaultStatistics: fault, TotalCount } = of!;
          expect(TotalCount).toBe(OkCount! + error!.TotalCount! + fault!.TotalCount!);
          expect(error!.TotalCount).toBe(error!.ThrottleCount! + error!.OtherCount!);
          for (const entries of histograms) {
            expect(entries!.reduce((sum, { Count }) => sum + Count!, 0)).toBe(TotalCount);
            for (const { Value } of entries!) expect(Number(Value!.toFixed(3))).toBe(Value);
          }
          return TotalCount!;
        };
        let counted = 0;
        for (const service of services) {
          if (service.SummaryStatistics)
            counted += check(service, service.DurationHistogram, service.ResponseTimeHistogram);
          for (const edge of service.Edges!)
            counted += check(edge, edge.EdgeType ? edge.ReceivedEventAgeHistogram : edge.ResponseTimeHistogram);
        }
        const ended = traces
          .flatMap(({ segments, calls }) => [...segments, ...calls])
          .filter(({ endUs }) => endUs !== undefined && (!range || (endUs >= range.fromUs && endUs < range.untilUs)));
        expect(counted).toBe(ended.length);
      }),
    );
  });

  it("is the sum of the graphs of its parts: of its traces, and of parts of its range", () => {
    const asMap = ({ nodes, edges }: GraphTotals) =>
      new Map<string, unknown>([
        ...nodes.map((node): [string, unknown] => [JSON.stringify(node.node), node]),
        ...edges.map((edge): [string, unknown] => [JSON.stringify([edge.source, edge.target, edge.link]), edge]),
      ]);
    fc.assert(
      fc.property(anyTraces, anyRange, fc.nat(8000), (traces, range, middle) => {
        const whole = asMap(graphTotals(traces, range));
        const each = traces.map((trace: TraceFacts) => graphTotals([trace], range));
        expect(asMap(mergeGraphTotals(each))).toEqual(whole);
        expect(asMap(mergeGraphTotals(each.toReversed()))).toEqual(whole);
        if (range === undefined) return;
        const middleUs = Math.min(Math.max(range.fromUs, us(middle / 1000)), range.untilUs);
        const halves = [
          { ...range, untilUs: middleUs },
          { ...range, fromUs: middleUs },
        ];
        expect(asMap(mergeGraphTotals(halves.map((half) => graphTotals(traces, half))))).toEqual(whole);
      }),
    );
  });

  it("numbers a service alike, whichever others are there, if asked to", () => {
    const idsOf = (traces: readonly TraceFacts[]) =>
      new Map(
        servicesOf(graphTotals(traces), "stable").map(({ Name, Type, ReferenceId }) => [
          `${Name} ${Type}`,
          ReferenceId,
        ]),
      );
    fc.assert(
      fc.property(anyTraces, (traces) => {
        const all = idsOf(traces);
        for (const [service, id] of idsOf(traces.slice(1))) expect(all.get(service)).toBe(id);
      }),
    );
  });
});

describe("a value of a histogram", () => {
  it("is exact to the millisecond up to a second, and to three digits above", () => {
    const values = [499, 500, 1_499, 998_499, 999_500, 1_004_499, 1_004_500, 9_994_499, 9_994_500, 12_345_678];
    expect(values.map(histogramBucketMs)).toEqual([0, 1, 1, 998, 1000, 1000, 1010, 9990, 10_000, 12_300]);
    expect(histogramBucketMs(-5)).toBe(0);
  });
});
