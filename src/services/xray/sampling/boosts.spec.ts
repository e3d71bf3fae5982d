import {
  CreateSamplingRuleCommand,
  GetSamplingTargetsCommand,
  type SamplingBoostStatisticsDocument,
  UpdateSamplingRuleCommand,
} from "@aws-sdk/client-xray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSamplingBench, type SamplingBench } from "./sampling.fixture.js";

let bench: SamplingBench;

beforeEach(async () => {
  bench = await openSamplingBench();
  bench.now = Date.parse("2026-03-01T01:13:00Z");
  const matchAll = { ResourceARN: "*", ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*" };
  const rule = { ...matchAll, Priority: 1, FixedRate: 0.05, ReservoirSize: 1, Version: 1 };
  const SamplingRateBoost = { MaxRate: 0.5, CooldownWindowMinutes: 10 };
  for (const SamplingRule of [
    { ...rule, RuleName: "boosted", SamplingRateBoost },
    { ...rule, RuleName: "plain" },
  ])
    await bench.xray.send(new CreateSamplingRuleCommand({ SamplingRule }));
});

afterEach(() => bench.close());

const anomalies = (AnomalyCount: number, more: Partial<SamplingBoostStatisticsDocument> = {}) => ({
  RuleName: "boosted",
  ServiceName: "shop",
  Timestamp: new Date(bench.now),
  AnomalyCount,
  TotalCount: 100,
  SampledAnomalyCount: 0,
  ...more,
});

/** A client reports on a rule; with it, services on their anomalies. */
const report = async (boosts: readonly SamplingBoostStatisticsDocument[], RuleName = "boosted", ClientID = "a") => {
  const statistics = { RequestCount: 1, SampledCount: 0, BorrowCount: 0, Timestamp: new Date(bench.now) };
  const answer = await bench.xray.send(
    new GetSamplingTargetsCommand({
      SamplingStatisticsDocuments: [{ RuleName, ClientID: ClientID.padEnd(24, "0"), ...statistics }],
      SamplingBoostStatisticsDocuments: [...boosts],
    }),
  );
  return { ...answer, boost: answer.SamplingTargetDocuments?.[0]?.SamplingBoost };
};

describe("a rule's boost", () => {
  it("is given for anomalies of which none was sampled, for a minute, and once a cooldown window", async () => {
    const boost = { BoostRate: 0.1, BoostRateTTL: new Date(bench.now + 60_000) };
    expect((await report([anomalies(10)])).boost).toEqual(boost);
    bench.now += 30_000;
    // The same one, to every client, while it lasts; a client that is not told it any more drops it.
    expect((await report([anomalies(1)], "boosted", "b")).boost).toEqual(boost);
    bench.now = boost.BoostRateTTL.getTime();
    expect((await report([anomalies(10)])).boost).toBeUndefined();
    bench.now = Date.parse("2026-03-01T01:19:59Z");
    expect((await report([])).boost).toBeUndefined();
    expect((await report([anomalies(10)])).boost).toBeUndefined();
    bench.now = Date.parse("2026-03-01T01:20:20Z");
    expect((await report([anomalies(4)])).boost).toEqual({
      BoostRate: 0.25,
      BoostRateTTL: new Date(bench.now + 60_000),
    });
  });

  it("counts what all services saw in about one interval", async () => {
    expect((await report([anomalies(5), anomalies(15, { ServiceName: "pay" })])).boost?.BoostRate).toBe(0.05);
  });

  it("counts what services reported in other calls, too: one that sampled an anomaly is enough", async () => {
    expect((await report([anomalies(5, { SampledAnomalyCount: 1 })])).boost).toBeUndefined();
    bench.now += 10_000;
    expect((await report([anomalies(5)], "boosted", "b")).boost).toBeUndefined();
    bench.now += 20_000;
    expect((await report([anomalies(5)])).boost?.BoostRate).toBe(0.2);
  });

  it("is in force for clients that report no anomalies, whoever reported them", async () => {
    await report([anomalies(10)], "plain");
    expect((await report([])).boost?.BoostRate).toBe(0.1);
    expect((await report([], "plain")).boost).toBeUndefined();
  });

  it("outlives a restart, and so does its cooldown", async () => {
    const { boost } = await report([anomalies(10)]);
    await bench.restart();
    expect((await report([])).boost).toEqual(boost);
    bench.now += 60_000;
    await bench.restart();
    expect((await report([anomalies(10)])).boost).toBeUndefined();
  });

  it("is never above the rule's rate by now", async () => {
    await report([anomalies(2)]);
    const SamplingRateBoost = { MaxRate: 0.3, CooldownWindowMinutes: 10 };
    await bench.xray.send(
      new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "boosted", SamplingRateBoost } }),
    );
    expect((await report([])).boost?.BoostRate).toBe(0.3);
  });

  it("is not for rules without one, old reports and rules that nobody knows", async () => {
    const answer = await report([
      anomalies(10, { RuleName: "plain" }),
      anomalies(10, { Timestamp: new Date(bench.now - 300_001) }),
      anomalies(10, { RuleName: "gone" }),
    ]);
    expect(answer.boost).toBeUndefined();
    expect(answer.UnprocessedBoostStatistics).toEqual([
      { RuleName: "boosted", ErrorCode: "400", Message: "The time of the statistics is too far from now" },
      { RuleName: "gone", ErrorCode: "400", Message: "Unknown rule" },
    ]);
  });

  it("is not given for nothing", async () => {
    expect((await report([anomalies(0)])).boost).toBeUndefined();
  });
});
