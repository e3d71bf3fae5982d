import { describe, expect, it } from "vitest";
import { logTailAbove, logTailBelow } from "./count-tail.js";

/** Probabilities of a negative binomial distribution, one after the other. */
function probabilities(mean: number, variance: number, most: number): number[] {
  const shape = (mean * mean) / (variance - mean);
  const share = mean / variance;
  const all = [share ** shape];
  for (let count = 1; count <= most; count++) all.push((all[count - 1]! * (count - 1 + shape) * (1 - share)) / count);
  return all;
}

describe("tails of counts", () => {
  it.each([
    [0.3, 1.2],
    [4, 5],
    [4, 60],
    [50, 300],
  ])("of mean %f and variance %f are the sums of their probabilities", (mean, variance) => {
    const all = probabilities(mean, variance, 20_000);
    for (const count of [0, 1, 3, 10, 40, 200]) {
      const above = all.slice(count).reduce((sum, each) => sum + each, 0);
      const below = all.slice(0, count + 1).reduce((sum, each) => sum + each, 0);
      expect(Math.exp(logTailAbove(count, mean, variance))).toBeCloseTo(above, 9);
      expect(Math.exp(logTailBelow(count, mean, variance))).toBeCloseTo(below, 9);
    }
  });

  it("are Poisson's where the variance is the mean", () => {
    expect(logTailBelow(0, 20, 20)).toBeCloseTo(-20, 3);
    expect(Math.exp(logTailAbove(1, 0.5, 0.5))).toBeCloseTo(1 - Math.exp(-0.5), 6);
  });

  it("are told where they are far too small for a number", () => {
    const far = logTailAbove(5_000, 10, 12);
    expect(far).toBeLessThan(-5_000);
    expect(Number.isFinite(far)).toBe(true);
    expect(logTailAbove(6_000, 10, 12)).toBeLessThan(far);
  });
});
