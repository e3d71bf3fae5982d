/** What is known of a minute's response times as a whole. */
interface MinuteLength {
  readonly minuteMs: number;
  readonly totalCount: number;
  /** Sum of the logarithms of the lengths in milliseconds. */
  readonly logSum: number;
}

/** Minutes that are taken together: the load, and what is in caches, changes slower than that. */
const periodMs = 15 * 60_000;
/** A period with fewer requests tells little of its own level. */
const periodCountMin = 20;
/** With fewer periods nobody knows how much a service's response times stray, and more is asked for. */
const periodsMin = 8;
const factorWhileYoung = 2;
/** Less than half as long again is no incident, however steady the service. */
const factorMin = 1.5;
const factorMax = 5;
/** Standard deviations of the level; its excursions last for long, so there are few independent ones in a day. */
const deviations = 3.5;

/**
 * How many times longer than usual a request must take to be called slow. Response times follow load, caches and
 * neighbours: the level of a day's quarters of an hour (the geometric mean of their response times) shows how far.
 */
export function slowFactor(minutes: readonly MinuteLength[]): number {
  const periods = new Map<number, { total: number; logSum: number }>();
  for (const { minuteMs, totalCount, logSum } of minutes) {
    const start = Math.floor(minuteMs / periodMs);
    const period = periods.get(start) ?? { total: 0, logSum: 0 };
    periods.set(start, { total: period.total + totalCount, logSum: period.logSum + logSum });
  }
  const levels = [...periods.values()]
    .filter(({ total }) => total >= periodCountMin)
    .map(({ total, logSum }) => logSum / total);
  if (levels.length < periodsMin) return factorWhileYoung;
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const variance = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / (levels.length - 1);
  return Math.min(factorMax, Math.max(factorMin, Math.exp(deviations * Math.sqrt(variance))));
}
