import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Boost, type BoostSettings, boostInForce, nextBoost } from "./sampling-boost.js";

const settings: BoostSettings = { fixedRate: 0.05, maxRate: 0.5, cooldownWindowMinutes: 10 };
const unseen = (anomalies: number) => ({ anomalies, sampledAnomalies: 0 });
const at = (time: string) => Date.parse(`2026-03-01T${time}Z`);

describe("a boost", () => {
  it("is the smallest rate that should catch one anomaly, within the rule's bounds, for a minute", () => {
    const rateFor = (anomalies: number) => nextBoost(settings, unseen(anomalies), undefined, 0);
    expect(rateFor(10)).toEqual({ rate: 0.1, untilMs: 60_000 });
    expect(rateFor(1)?.rate).toBe(0.5);
    expect(rateFor(1000)?.rate).toBe(0.05);
  });

  it("needs anomalies of which none was sampled, and room above the rule's rate", () => {
    expect(nextBoost(settings, unseen(0), undefined, 0)).toBeUndefined();
    expect(nextBoost(settings, { anomalies: 5, sampledAnomalies: 1 }, undefined, 0)).toBeUndefined();
    expect(nextBoost({ ...settings, maxRate: 0.04 }, unseen(5), undefined, 0)).toBeUndefined();
  });

  it("that ended at 1:14 allows the next from 1:20, with windows of 10 minutes", () => {
    const latest = nextBoost(settings, unseen(5), undefined, at("01:13:00"))!;
    expect(latest.untilMs).toBe(at("01:14:00"));
    expect(nextBoost(settings, unseen(5), latest, at("01:19:59.999"))).toBeUndefined();
    expect(nextBoost(settings, unseen(5), latest, at("01:20:00"))).toBeDefined();
  });

  it("belongs to the window it ends in", () => {
    const latest: Boost = { rate: 0.1, untilMs: at("01:10:30") };
    expect(nextBoost(settings, unseen(5), latest, at("01:19:00"))).toBeUndefined();
    expect(nextBoost(settings, unseen(5), latest, at("01:20:00"))).toBeDefined();
  });

  it("without a cooldown follows the last one at once", () => {
    const eager = { ...settings, cooldownWindowMinutes: 0 };
    const latest: Boost = { rate: 0.1, untilMs: 60_000 };
    expect(nextBoost(eager, unseen(5), latest, 59_999)).toBeUndefined();
    expect(nextBoost(eager, unseen(5), latest, 60_000)).toBeDefined();
  });

  it("is told until it ends, and never above what the rule allows by now", () => {
    const latest: Boost = { rate: 0.4, untilMs: 60_000 };
    expect(boostInForce(settings, latest, 59_999)).toEqual(latest);
    expect(boostInForce(settings, latest, 60_000)).toBeUndefined();
    expect(boostInForce({ ...settings, maxRate: 0.2 }, latest, 0)?.rate).toBe(0.2);
    expect(boostInForce({ ...settings, maxRate: 0.01 }, latest, 0)).toBeUndefined();
    expect(boostInForce(settings, undefined, 0)).toBeUndefined();
  });

  it("stays in bounds, and no window of the clock has two that end in it", () => {
    const rate = fc.double({ min: 0, max: 1, noNaN: true });
    const reports = fc.array(fc.record({ afterMs: fc.nat(200_000), anomalies: fc.nat(50) }), { maxLength: 50 });
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 1, max: 15 }), reports, (fixedRate, maxRate, minutes, all) => {
        const rule = { fixedRate, maxRate, cooldownWindowMinutes: minutes };
        const windows: number[] = [];
        let latest: Boost | undefined;
        let now = at("01:00:00");
        for (const { afterMs, anomalies } of all) {
          now += afterMs;
          const boost = nextBoost(rule, unseen(anomalies), latest, now);
          if (boost === undefined) continue;
          expect(boost.rate).toBeGreaterThanOrEqual(fixedRate);
          expect(boost.rate).toBeLessThanOrEqual(maxRate);
          windows.push(Math.floor(boost.untilMs / (minutes * 60_000)));
          latest = boost;
        }
        expect(new Set(windows).size).toBe(windows.length);
      }),
    );
  });
});
