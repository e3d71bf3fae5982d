import type { HistogramEntry } from "@aws-sdk/client-xray";

/** Requests that took from `from` up to `until` seconds. */
export interface Bin {
  readonly from: number;
  readonly until: number;
  readonly count: number;
}

/** A response time below which no clock of a service tells the truth. */
const secondsMin = 0.001;

/**
 * Response times in equally wide steps of their logarithm, so that the quick and the slow are seen side by side.
 *
 * @returns none for no requests.
 */
export function binsOf(entries: readonly HistogramEntry[], binsMax = 30): Bin[] {
  const counted = entries.flatMap(({ Value = 0, Count = 0 }) =>
    Count > 0 ? [{ seconds: Math.max(Value, secondsMin), count: Count }] : [],
  );
  if (counted.length === 0) return [];
  const low = Math.min(...counted.map(({ seconds }) => seconds));
  const high = Math.max(...counted.map(({ seconds }) => seconds));
  if (high <= low * 1.01)
    return [{ from: low, until: high, count: counted.reduce((sum, { count }) => sum + count, 0) }];
  const bins = Math.min(binsMax, Math.max(8, counted.length));
  const step = Math.log(high / low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const { seconds, count } of counted) {
    const bin = Math.min(bins - 1, Math.floor(Math.log(seconds / low) / step));
    counts[bin] = counts[bin]! + count;
  }
  return counts.map((count, bin) => ({
    from: low * Math.exp(step * bin),
    until: bin === bins - 1 ? high : low * Math.exp(step * (bin + 1)),
    count,
  }));
}

/** The time within which that share of requests was answered; undefined for no requests. */
export function quantileOf(entries: readonly HistogramEntry[], share: number): number | undefined {
  const sorted = entries.filter(({ Count = 0 }) => Count > 0).sort((left, right) => left.Value! - right.Value!);
  const total = sorted.reduce((sum, { Count = 0 }) => sum + Count, 0);
  let seen = 0;
  for (const { Value, Count = 0 } of sorted) {
    seen += Count;
    if (seen >= share * total) return Value;
  }
  return undefined;
}
