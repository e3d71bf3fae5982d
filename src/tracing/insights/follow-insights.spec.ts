import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventOf } from "./describe-insight.js";
import { AnomalyDetector, falseAlarmsPerDay } from "./detect-anomalies.js";
import { InsightFollower } from "./follow-insights.js";
import type { Insight, InsightEvent } from "./insight.js";
import { node, type SimulatedIncident, type SimulatedService, simulateTraffic } from "./simulated-traffic.fixture.js";

const minuteMs = 60_000;
const dayMinutes = 1440;
/** Half a day is learnt by then. */
const noon = 720;

/**
 *     clients → web → orders → payments → cards (not instrumented)
 *                   ↘ search → Items (a table, inferred)
 *     clients → reports
 */
const shop: readonly SimulatedService[] = [
  { node: node("web"), clientsPerMinute: 120, calls: { orders: 0.5, search: 0.4 }, faultRate: 0.003, medianMs: 90 },
  { node: node("orders"), calls: { payments: 0.8 }, faultRate: 0.002, medianMs: 60 },
  { node: node("search"), calls: { Items: 1.5 }, faultRate: 0.01, medianMs: 30 },
  { node: node("payments", "AWS::ECS::Container"), calls: { cards: 1 }, faultRate: 0.001, medianMs: 40 },
  { node: node("cards", "remote"), faultRate: 0.001, medianMs: 35, inferred: true },
  { node: node("Items", "AWS::DynamoDB::Table"), faultRate: 0.0005, medianMs: 6, inferred: true },
  { node: node("reports"), clientsPerMinute: 3, faultRate: 0.02, medianMs: 400 },
];

describe("Insights over simulated weeks", () => {
  it.each([
    { what: "independent requests", noise: { spread: 0, memory: 0 }, seed: 1 },
    { what: "rates that stray each minute for itself", noise: { spread: 0.5, memory: 0, lengths: 0.1 }, seed: 2 },
    { what: "rates that stray for half an hour", noise: { spread: 0.5, memory: 0.97, lengths: 0.15 }, seed: 3 },
  ])(
    "find next to nothing in traffic with a daily rhythm and nothing wrong: $what",
    async ({ noise, seed }) => {
      const days = 7;
      const { insights } = await follow({ services: shop, noise, seed }, days * dayMinutes);
      // 7 × 0.01 are expected; two or more would come once in 400 runs.
      expect(falseAlarmsPerDay).toBe(0.01);
      expect(insights.length).toBeLessThanOrEqual(1);
    },
    120_000,
  );
});

describe("An insight", () => {
  it("is opened within five minutes of a fault in a service further down, which it names, and closed ten minutes after", async () => {
    const incidents = [{ service: "payments", fromMinute: noon, untilMinute: noon + 30, faultRate: 0.3 }];
    const { insights, events, startMs } = await follow({ services: shop, incidents, seed: 11 }, noon + 60);
    expect(insights).toHaveLength(1);
    const [insight] = insights;
    expect(insight).toMatchObject({
      state: "CLOSED",
      rootCause: { name: "payments", type: "AWS::ECS::Container" },
      startMs: startMs + noon * minuteMs,
      endMs: startMs + (noon + 30) * minuteMs,
      updatedMs: startMs + (noon + 40) * minuteMs,
    });
    expect(insight!.services.map((service) => service.node.name).sort()).toEqual(["orders", "payments", "web"]);
    expect(insight!.summary).toMatch(
      /^Service "payments" \(AWS::ECS::Container\) had an elevated fault rate\. (2[89]|3[0-2])% of requests failed\. 2 other/,
    );
    expect(events[0]!.summary).toMatch(/^Service "\w+" \([\w:]+\) has an elevated fault rate\. /);
    expect(events[0]!.timeMs).toBeLessThanOrEqual(startMs + (noon + 5) * minuteMs);
    expect(events.at(-1)!.summary).toBe(insight!.summary);
    // 120 clients a minute at noon for half an hour; half of them order, a third of those in vain.
    const { clientImpact } = insight!;
    expect(clientImpact.totalCount).toBeGreaterThan(30 * 110);
    expect(clientImpact.totalCount).toBeLessThan(30 * 130);
    expect(clientImpact.faultCount / clientImpact.totalCount).toBeGreaterThan(0.1);
    expect(clientImpact.okCount).toBe(clientImpact.totalCount - clientImpact.faultCount);
  });

  it("names a service that is not instrumented when calls to it fail", async () => {
    const incidents = [{ service: "Items", fromMinute: noon, untilMinute: noon + 20, faultRate: 0.4 }];
    const { insights } = await follow({ services: shop, incidents, seed: 12 }, noon + 40);
    expect(insights).toMatchObject([{ state: "CLOSED", rootCause: { name: "Items", type: "AWS::DynamoDB::Table" } }]);
  });

  it("is opened for response times alone, with the slow service further down as its cause", async () => {
    const incidents = [{ service: "search", fromMinute: noon, untilMinute: noon + 30, slower: 3 }];
    const { insights, events, startMs } = await follow({ services: shop, incidents, seed: 13 }, noon + 60);
    expect(insights).toMatchObject([
      { state: "CLOSED", rootCause: { name: "search" }, startMs: startMs + noon * minuteMs },
    ]);
    expect(insights[0]!.services.map(({ kinds }) => kinds)).toEqual([["latency"], ["latency"]]);
    expect(insights[0]!.summary).toMatch(/had elevated response times\. \d\d% of requests took \d+ ms or longer\./);
    expect(events[0]!.timeMs).toBeLessThanOrEqual(startMs + (noon + 5) * minuteMs);
    const rootCause = insights[0]!.services.find((service) => service.node.name === "search")!;
    expect(rootCause.impact.slowCount).toBeGreaterThan(rootCause.impact.totalCount / 4);
  });

  it("is one of two when two services that have nothing to do with each other fail at once", async () => {
    const incidents = [
      { service: "Items", fromMinute: noon, untilMinute: noon + 30, faultRate: 0.4 },
      { service: "reports", fromMinute: noon, untilMinute: noon + 30, faultRate: 0.9 },
    ];
    const { insights } = await follow({ services: shop, incidents, seed: 14 }, noon + 60);
    expect(insights.map((insight) => insight.rootCause.name).sort()).toEqual(["Items", "reports"]);
    const reports = insights.find((insight) => insight.rootCause.name === "reports")!;
    // Clients of the reports alone.
    expect(reports.clientImpact.totalCount).toBe(reports.services[0]!.impact.totalCount);
  });

  it("tells two causes apart that the same service depends on", async () => {
    const incidents = [
      { service: "Items", fromMinute: noon, untilMinute: noon + 40, faultRate: 0.4 },
      { service: "cards", fromMinute: noon + 20, untilMinute: noon + 50, faultRate: 0.5 },
    ];
    const { insights } = await follow({ services: shop, incidents, seed: 15 }, noon + 80);
    expect(insights.map((insight) => insight.rootCause.name)).toEqual(["Items", "cards"]);
    // What is wrong with `web` began before, so it is no effect of the cards.
    expect(insights[0]!.services.map((service) => service.node.name)).toContain("web");
    expect(insights[1]!.services.map((service) => service.node.name)).not.toContain("web");
  });

  it("is a new one each time that an incident comes back", async () => {
    const incidents = [0, 60, 120].map((after) => ({
      ...{ service: "payments", fromMinute: noon + after, untilMinute: noon + after + 15, faultRate: 0.3 },
    }));
    const { insights, startMs } = await follow({ services: shop, incidents, seed: 16 }, noon + 160);
    expect(insights.map((insight) => (insight.startMs - startMs) / minuteMs - noon)).toEqual([0, 60, 120]);
  });

  it("is no matter of traffic: none when it drops to nothing, comes back, or is ten times what it was", async () => {
    const traffic = (minute: number) => {
      if (minute >= noon && minute < noon + 30) return 0;
      return minute >= noon + 60 && minute < noon + 90 ? 10 : 1;
    };
    const { insights } = await follow({ services: shop, traffic, seed: 17 }, noon + 120);
    expect(insights).toEqual([]);
  });

  it("is closed when traffic ends in the middle of it", async () => {
    const incidents = [{ service: "payments", fromMinute: noon, untilMinute: noon + 60, faultRate: 0.5 }];
    const traffic = (minute: number) => (minute >= noon + 10 ? 0 : 1);
    const { insights, startMs } = await follow({ services: shop, incidents, traffic, seed: 18 }, noon + 30);
    expect(insights).toMatchObject([{ state: "CLOSED", endMs: startMs + (noon + 10) * minuteMs }]);
  });

  it("is opened after twenty minutes of history, for what is plain", async () => {
    const at = 700;
    const traffic = (minute: number) => (minute >= at ? 1 : 0);
    const incidents = [{ service: "orders", fromMinute: at + 20, untilMinute: at + 40, faultRate: 0.6 }];
    const { insights, startMs } = await follow({ services: shop, incidents, traffic, seed: 19 }, at + 60);
    expect(insights).toMatchObject([{ state: "CLOSED", rootCause: { name: "orders" } }]);
    expect(insights[0]!.startMs).toBe(startMs + (at + 20) * minuteMs);
  });

  it("is found in a service with three requests a minute, within a quarter of an hour", async () => {
    const incidents = [{ service: "reports", fromMinute: noon, untilMinute: noon + 40, faultRate: 0.7 }];
    const { insights, events, startMs } = await follow({ services: shop, incidents, seed: 20 }, noon + 80);
    expect(insights).toMatchObject([{ state: "CLOSED", rootCause: { name: "reports" } }]);
    // Three of its requests had failed by chance just before.
    expect(Math.abs(insights[0]!.startMs - (startMs + noon * minuteMs))).toBeLessThanOrEqual(5 * minuteMs);
    expect(events[0]!.timeMs).toBeLessThanOrEqual(startMs + (noon + 15) * minuteMs);
  });

  it("ends after a day at the latest: by then it is how things are", async () => {
    const incidents = [{ service: "cards", fromMinute: noon, untilMinute: noon + 3 * dayMinutes, faultRate: 0.3 }];
    const { insights } = await follow({ services: shop, incidents, seed: 21 }, noon + 2 * dayMinutes);
    expect(insights).toMatchObject([{ state: "CLOSED" }]);
  });

  it("takes over those that took its effects for causes, once the cause is found", async () => {
    // Few calls reach the archive, so it is seen to fail later than its busy callers.
    const services: SimulatedService[] = [
      { node: node("a"), clientsPerMinute: 200, calls: { archive: 0.02 }, faultRate: 0.001, medianMs: 20 },
      { node: node("b"), clientsPerMinute: 200, calls: { archive: 0.02 }, faultRate: 0.001, medianMs: 20 },
      { node: node("archive"), faultRate: 0.001, medianMs: 20 },
    ];
    const incidents = [{ service: "archive", fromMinute: noon, untilMinute: noon + 60, faultRate: 0.6 }];
    const { insights, events } = await follow({ services, incidents, seed: 23 }, noon + 90);
    expect(insights.map(({ rootCause }) => rootCause.name).sort()).toEqual(["archive", "b"]);
    const [main, merged] = ["archive", "b"].map((name) => insights.find(({ rootCause }) => rootCause.name === name)!);
    expect(main!.services.map((service) => service.node.name).sort()).toEqual(["a", "archive", "b"]);
    expect(merged!.summary).toContain(` It goes on as insight ${main!.insightId}, caused by service "archive"`);
    expect(merged!.updatedMs).toBeLessThan(main!.updatedMs);
    expect(events.filter(({ insightId }) => insightId === merged!.insightId)).toHaveLength(2);
  });

  it("keeps quiet between notable changes", async () => {
    const incidents: SimulatedIncident[] = [
      { service: "Items", fromMinute: noon, untilMinute: noon + 120, faultRate: 0.3 },
    ];
    const { insights, events } = await follow({ services: shop, incidents, seed: 22 }, noon + 150);
    expect(insights).toHaveLength(1);
    expect(events.length).toBeGreaterThanOrEqual(2);
    expect(events.length).toBeLessThanOrEqual(6);
  });
});

/** Runs minute after minute, as the job does. */
async function follow(
  simulation: Parameters<typeof simulateTraffic>[0],
  minutes: number,
): Promise<{ insights: Insight[]; events: InsightEvent[]; startMs: number }> {
  const { minute, startMs } = simulateTraffic(simulation);
  let ids = 0;
  const follower = new InsightFollower({
    detector: new AnomalyDetector(),
    active: [],
    newId: () => `insight-${++ids}`,
  });
  const insights = new Map<string, Insight>();
  const events: InsightEvent[] = [];
  for (let number = 0; number < minutes; number++) {
    const changes = follower.step(minute(number));
    for (const insight of changes.insights) insights.set(insight.insightId, insight);
    events.push(...changes.notable.map(eventOf));
    if (number % 60 === 0) await nextTurn();
  }
  return { insights: [...insights.values()], events, startMs };
}
