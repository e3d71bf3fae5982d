/** Requests of one period (a minute, five minutes) and how many of them were faults. */
export interface PeriodCounts {
  readonly totalCount: number;
  readonly faultCount: number;
}

/** Fault counts within it, bounds included, are what the past lets expect. Whole numbers. */
interface FaultBand {
  readonly low: number;
  readonly high: number;
}

/**
 * Periods with requests that a band needs. With fewer there is no telling: the band is everything from none to all.
 * AWS does not publish its own figure; a quarter of an hour of minutes is also what it takes for the spread to be known
 * to a fifth of itself.
 */
const historyPeriodsMin = 15;

/** Width of the band in standard deviations: a steady service leaves it at one end in about one period of 740. */
const deviations = 3;

/** Growing the baseline settles within a few steps; this only bounds what a rounding error could do. */
const stepsMax = 25;

/**
 * The number of faults to expect in a period, given the periods before it.
 *
 * Faults of a period are taken as beta-binomial: each period has a rate of its own, spread around a common one. Common
 * rate and spread come from the periods that are no incidents; the band is three standard deviations of the prediction
 * (Student's t where the history is short, corrected for skewness), with the uncertainty of the rate itself in it. So it
 * narrows as history grows, and never says that faults are impossible because none was seen so far.
 *
 * @param history periods of the same length, in any order; those without requests, and figures that are no counts, do
 *   not matter. An incident is left out unless it makes up half of the history: by then it is the normal state.
 * @param current how many requests the period to judge had.
 */
export function faultBand(history: readonly PeriodCounts[], current: Pick<PeriodCounts, "totalCount">): FaultBand {
  const total = countOf(current.totalCount);
  const baseline = baselineOf(history);
  if (baseline === undefined) return { low: 0, high: total };
  return bandOf(baseline, total);
}

/** What is normal for a service. */
export interface Baseline {
  /** Common fault rate, 0 < rate < 1. */
  readonly rate: number;
  /** Variance of that estimate. */
  readonly rateVariance: number;
  /** How alike two requests of one period are in failing, 0 (independent) to 1. */
  readonly correlation: number;
  /** How many periods this was learnt from. */
  readonly periodCount: number;
}

/**
 * Begins with the better half of the periods, and takes in whatever lies within the band of those it has.
 *
 * @returns undefined if there are too few periods.
 */
export function baselineOf(history: readonly PeriodCounts[]): Baseline | undefined {
  const periods: (PeriodCounts & { readonly share: number })[] = [];
  for (const period of history) {
    const totalCount = countOf(period.totalCount);
    const faultCount = Math.min(countOf(period.faultCount), totalCount);
    if (totalCount > 0) periods.push({ totalCount, faultCount, share: faultCount / totalCount });
  }
  periods.sort((a, b) => a.share - b.share || a.totalCount - b.totalCount);
  if (periods.length < historyPeriodsMin) return undefined;

  let kept = periods.slice(0, Math.ceil(periods.length / 2));
  let baseline = estimate(kept);
  for (let step = 0; step < stepsMax; step++) {
    const quantile = quantileOf(baseline, deviations);
    const within = periods.filter(
      ({ totalCount, faultCount }) => faultCount <= bandAt(baseline, totalCount, quantile).high,
    );
    if (within.length <= kept.length) break;
    kept = within;
    baseline = estimate(kept);
  }
  return baseline;
}

/** Method of moments for the beta-binomial (Williams 1982), with half a fault and half a success seen beforehand. */
function estimate(periods: readonly PeriodCounts[]): Baseline {
  let total = 0;
  let faults = 0;
  for (const { totalCount, faultCount } of periods) {
    total += totalCount;
    faults += faultCount;
  }
  const rate = (faults + 0.5) / (total + 1);
  const unit = rate * (1 - rate);

  let squares = 0;
  let degrees = 0;
  let weight = 0;
  let pairs = 0;
  for (const { totalCount, faultCount } of periods) {
    const rest = 1 - totalCount / total;
    squares += (faultCount - totalCount * rate) ** 2 / (totalCount * unit);
    degrees += rest;
    weight += rest * (totalCount - 1);
    pairs += (totalCount / total) * (totalCount - 1);
  }
  const correlation = weight > 0 ? Math.min(1, Math.max(0, (squares - degrees) / weight)) : 0;
  return {
    rate,
    rateVariance: (unit / total) * (1 + correlation * pairs),
    correlation,
    periodCount: periods.length,
  };
}

/** @param width of the band, in standard deviations of a normal distribution. */
export function bandOf(baseline: Baseline, total: number, width = deviations): FaultBand {
  return bandAt(baseline, total, quantileOf(baseline, width));
}

function quantileOf({ periodCount }: Baseline, width: number): number {
  return studentT(width, periodCount - 1);
}

function bandAt(baseline: Baseline, total: number, quantile: number): FaultBand {
  if (total === 0) return { low: 0, high: 0 };
  const { rate, rateVariance, correlation } = baseline;
  const mean = total * rate;
  const variance = total * rate * (1 - rate) * (1 + (total - 1) * correlation) + total ** 2 * rateVariance;
  const spread = quantile * Math.sqrt(variance);
  // Counts of rare faults are skewed: the second term of Cornish and Fisher's expansion for a negative binomial.
  const skew = ((quantile ** 2 - 1) / 6) * Math.max(0, (2 * variance) / mean - 1);
  const high = Math.min(total, Math.floor(mean + spread + skew));
  return { low: Math.max(0, Math.min(high, Math.floor(mean - spread))), high };
}

/** The quantile of Student's distribution that corresponds to `z` of the normal one (Abramowitz and Stegun 26.7.5). */
function studentT(z: number, degrees: number): number {
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

function countOf(value: number): number {
  return Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}
