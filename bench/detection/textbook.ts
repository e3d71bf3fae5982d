import { type Case, recallOf, type Score, score, weeklyPerThousand } from "./evaluate.js";

/** A detector out of a textbook: how far a minute is out, of whatever a threshold is then laid on. */
export interface Baseline {
  readonly name: string;
  /** Every setting beside the threshold. */
  readonly grid: readonly { readonly window: number; readonly history: number }[];
  outlyingness(counts: Uint32Array, setting: { window: number; history: number }): Float32Array;
}

const day = 1440;

/** Counts of the last `window` minutes, at each minute. */
function windowed(counts: Uint32Array, window: number): Float64Array {
  const sums = new Float64Array(counts.length);
  let sum = 0;
  for (let minute = 0; minute < counts.length; minute++) {
    sum += counts[minute]! - (minute >= window ? counts[minute - window]! : 0);
    sums[minute] = sum;
  }
  return sums;
}

const grid = (histories: readonly number[]) =>
  [1, 5, 15, 60].flatMap((window) => histories.map((history) => ({ window, history })));

export const baselines: readonly Baseline[] = [
  {
    name: "fixed threshold",
    grid: grid([0]),
    outlyingness: (counts, { window }) => Float32Array.from(windowed(counts, window)),
  },
  {
    name: "z-score",
    grid: grid([1 * day, 7 * day, 14 * day]),
    outlyingness(counts, { window, history }) {
      const sums = windowed(counts, window);
      const out = new Float32Array(counts.length);
      let sum = 0;
      let squares = 0;
      for (let minute = 0; minute < counts.length; minute++) {
        const known = minute - window;
        if (known >= 0) {
          sum += sums[known]!;
          squares += sums[known]! ** 2;
        }
        if (known - history >= 0) {
          sum -= sums[known - history]!;
          squares -= sums[known - history]! ** 2;
        }
        const count = Math.min(history, known + 1);
        if (count < 60) continue;
        const mean = sum / count;
        // At least the chance of one call, or a silent series has no spread at all.
        const deviation = Math.sqrt(Math.max(1, squares / count - mean * mean));
        out[minute] = Math.abs(sums[minute]! - mean) / deviation;
      }
      return out;
    },
  },
  {
    name: "moving median and MAD",
    grid: grid([60, 360, 1 * day, 7 * day]),
    outlyingness(counts, { window, history }) {
      const sums = windowed(counts, window);
      const out = new Float32Array(counts.length);
      // Made again every quarter of an hour, or a hundred times within the history, of at most 240 windows of it.
      const every = Math.max(15, Math.floor(history / 96));
      const stride = Math.max(1, Math.floor(history / 240));
      let median = 0;
      let spread = Number.POSITIVE_INFINITY;
      for (let minute = 0; minute < counts.length; minute++) {
        const known = minute - window;
        if (known >= Math.min(history, 60) && minute % every === 0) {
          const sample: number[] = [];
          for (let at = known; at > known - history && at >= 0; at -= stride) sample.push(sums[at]!);
          sample.sort((one, other) => one - other);
          median = sample[sample.length >> 1]!;
          const far = sample.map((value) => Math.abs(value - median)).sort((one, other) => one - other);
          spread = Math.max(1, 1.4826 * far[far.length >> 1]!);
        }
        out[minute] = Math.abs(sums[minute]! - median) / spread;
      }
      return out;
    },
  },
];

/** Alarms within so many minutes of each other are one. */
const mergeMinutes = 10;

/**
 * The best that a textbook detector can do: for every setting of its grid the lowest threshold with no more false alarms
 * than allowed, found on the very data it is judged by; of these the one with the highest recall.
 */
export function tuned(cases: readonly Case[], baseline: Baseline, fromMinute: number, weeklyMax: number): Score {
  let best: Score | undefined;
  for (const setting of baseline.grid) {
    const out = cases.map(({ stream }) => baseline.outlyingness(stream.counts, setting).subarray(fromMinute));
    // A threshold that one minute in a hundred exceeds has far too many false alarms: lower ones need no look.
    const sample = out.flatMap((values) => [...values.filter((_, index) => index % 97 === 0)]).sort((a, b) => a - b);
    const least = sample[Math.floor(sample.length * 0.99)]!;
    const minutes = out.map((values) => minutesFrom(values, least));
    const at = (threshold: number) =>
      score(
        cases,
        out.map((values, index) => alarmsOf(values, minutes[index]!, threshold).map((minute) => minute + fromMinute)),
        fromMinute,
      );
    let low = least;
    let high = least * 2 + 1;
    while (weeklyPerThousand(at(high)) > weeklyMax) high *= 2;
    for (let round = 0; round < 20; round++) {
      const middle = (low + high) / 2;
      if (weeklyPerThousand(at(middle)) > weeklyMax) low = middle;
      else high = middle;
    }
    const result = at(high);
    if (best === undefined || recallOf(result) > recallOf(best)) best = result;
  }
  return best!;
}

function minutesFrom(values: Float32Array, least: number): number[] {
  const minutes: number[] = [];
  for (let minute = 0; minute < values.length; minute++) if (values[minute]! >= least) minutes.push(minute);
  return minutes;
}

function alarmsOf(values: Float32Array, minutes: readonly number[], threshold: number): number[] {
  const alarms: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const minute of minutes) {
    if (values[minute]! < threshold) continue;
    if (minute - last > mergeMinutes) alarms.push(minute);
    last = minute;
  }
  return alarms;
}
