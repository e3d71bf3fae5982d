import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultBand } from "./forecast.js";

const period = fc
  .tuple(fc.integer({ min: 0, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([totalCount, share]) => ({ totalCount, faultCount: Math.round(totalCount * share) }));

describe("The band of fault counts", () => {
  it("lies within what is possible, in whole numbers", () => {
    fc.assert(
      fc.property(fc.array(period, { maxLength: 200 }), fc.integer({ min: 0, max: 1e9 }), (history, totalCount) => {
        const { low, high } = faultBand(history, { totalCount });
        expect(Number.isInteger(low) && Number.isInteger(high)).toBe(true);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(totalCount);
      }),
    );
  });

  it("does not depend on the order of the history, nor on periods without requests", () => {
    fc.assert(
      fc.property(
        fc
          .array(period, { minLength: 15, maxLength: 60 })
          .chain((periods) =>
            fc.tuple(fc.constant(periods), fc.shuffledSubarray(periods, { minLength: periods.length })),
          ),
        fc.integer({ min: 0, max: 10_000 }),
        ([history, shuffled], totalCount) => {
          const idle = { totalCount: 0, faultCount: 0 };
          expect(faultBand([idle, ...shuffled, idle], { totalCount })).toEqual(faultBand(history, { totalCount }));
        },
      ),
    );
  });

  it("rises with the number of requests", () => {
    fc.assert(
      fc.property(
        fc.array(period, { maxLength: 60 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        (history, fewer, more) => {
          const small = faultBand(history, { totalCount: fewer });
          const large = faultBand(history, { totalCount: fewer + more });
          expect(large.high).toBeGreaterThanOrEqual(small.high);
          expect(large.low).toBeGreaterThanOrEqual(small.low);
        },
      ),
    );
  });

  it("says nothing while there is little history", () => {
    const minutes = Array.from({ length: 14 }, () => ({ totalCount: 1000, faultCount: 10 }));
    expect(faultBand([], { totalCount: 50 })).toEqual({ low: 0, high: 50 });
    expect(faultBand(minutes, { totalCount: 50 })).toEqual({ low: 0, high: 50 });
  });

  it("narrows as history grows", () => {
    const widths = [15, 60, 240, 1440].map((length) => {
      const history = Array.from({ length }, (_, i) => ({ totalCount: 1000, faultCount: [7, 10, 13][i % 3] ?? 0 }));
      const { low, high } = faultBand(history, { totalCount: 1000 });
      return high - low;
    });
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(widths[3]).toBeLessThan(widths[0] ?? 0);
  });

  it("takes no fault so far for a low rate, not for none ever", () => {
    const history = (length: number) => Array.from({ length }, () => ({ totalCount: 10, faultCount: 0 }));
    expect(faultBand(history(15), { totalCount: 10 }).high).toBeGreaterThanOrEqual(1);
    expect(faultBand(history(15), { totalCount: 10 }).high).toBeLessThan(5);
    expect(faultBand(history(1440), { totalCount: 10 }).high).toBe(1);
  });

  it("ignores what is no count", () => {
    const history = Array.from({ length: 30 }, () => ({ totalCount: 100, faultCount: 1 }));
    const odd = [
      { totalCount: Number.NaN, faultCount: 5 },
      { totalCount: -5, faultCount: 5 },
      { totalCount: Number.POSITIVE_INFINITY, faultCount: 1 },
    ];
    expect(faultBand([...odd, ...history], { totalCount: 100 })).toEqual(faultBand(history, { totalCount: 100 }));
    expect(faultBand(history, { totalCount: Number.NaN })).toEqual({ low: 0, high: 0 });
  });

  // Periods are drawn as the rule assumes them; 3 standard deviations leave out 0.27 % of them, skewness and all.
  it.each([
    { rate: 0.001, spread: 0, totalCount: 200 },
    { rate: 0.01, spread: 0, totalCount: 1000 },
    { rate: 0.05, spread: 0.3, totalCount: 2000 },
    { rate: 0.2, spread: 0.2, totalCount: 50 },
    { rate: 0.02, spread: 0.5, totalCount: 10_000 },
  ])("holds at least 98 % of steady periods: rate $rate ± $spread of it", ({ rate, spread, totalCount }) => {
    const random = randomOf(20_260_301);
    let within = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const history = Array.from({ length: 60 }, () => drawPeriod(random, rate, spread, totalCount));
      const { low, high } = faultBand(history, { totalCount });
      const { faultCount } = drawPeriod(random, rate, spread, totalCount);
      if (faultCount >= low && faultCount <= high) within += 1;
    }
    expect(within / trials).toBeGreaterThanOrEqual(0.98);
  });

  it.each([0.1, 0.3, 0.45])("leaves incidents out that make up %d of the history", (share) => {
    const random = randomOf(42);
    const calm = Array.from({ length: 120 }, () => drawPeriod(random, 0.01, 0.2, 1000));
    const incidents = Math.floor(calm.length * share);
    const mixed = calm.map((normal, i) => (i < incidents ? { totalCount: 1000, faultCount: 400 } : normal));
    const band = faultBand(mixed, { totalCount: 1000 });
    const undisturbed = faultBand(calm.slice(incidents), { totalCount: 1000 });
    expect(Math.abs(band.high - undisturbed.high)).toBeLessThanOrEqual(2);
  });

  it("takes what holds for most of the history for normal", () => {
    const before = Array.from({ length: 40 }, () => ({ totalCount: 1000, faultCount: 10 }));
    const since = Array.from({ length: 100 }, () => ({ totalCount: 1000, faultCount: 200 }));
    const { high } = faultBand([...before, ...since], { totalCount: 1000 });
    expect(high).toBeGreaterThan(200);
  });
});

interface Random {
  uniform(): number;
  normal(): number;
}

/** mulberry32: the same numbers at every run. */
function randomOf(seed: number): Random {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** A period whose own rate strays from the common one by `spread` of it. */
function drawPeriod(random: Random, rate: number, spread: number, totalCount: number) {
  const own = Math.min(1, Math.max(0, rate * (1 + spread * random.normal())));
  let faultCount = 0;
  for (let i = 0; i < totalCount; i++) if (random.uniform() < own) faultCount += 1;
  return { totalCount, faultCount };
}
