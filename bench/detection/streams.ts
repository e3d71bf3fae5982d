import type { Random } from "./random.js";

export const minutesPerDay = 1440;

/** Kinds of series as accounts have them. Weights are how often each is drawn. */
export const streamKinds = {
  steady: 14,
  "business hours": 14,
  people: 18,
  "hourly job": 8,
  "nightly job": 8,
  deployments: 10,
  bursty: 8,
  polling: 6,
  errors: 10,
  rare: 4,
} as const;
export type StreamKind = keyof typeof streamKinds | "never used";

/** The counts of one series, a minute each, and what it is made of. */
export interface Stream {
  readonly kind: StreamKind;
  readonly counts: Uint32Array;
  /** Calls a minute that were to be expected at a minute, before chance. */
  rateAt(minute: number): number;
}

/** Without anomalies. The first minute is a Monday, midnight. */
export function makeStream(kind: StreamKind, minutes: number, random: Random): Stream {
  const counts = new Uint32Array(minutes);
  const rates = new Float32Array(minutes);
  const stream: Stream = { kind, counts, rateAt: (minute) => rates[minute]! };
  const put = (minute: number, count: number) => {
    if (minute >= 0 && minute < minutes) counts[Math.floor(minute)]! += count;
  };
  const days = Math.ceil(minutes / minutesPerDay);

  switch (kind) {
    case "steady":
    case "business hours": {
      const office = kind === "business hours";
      const level = random.logBetween(office ? 0.5 : 1, office ? 60 : 200);
      const swing = office ? 0 : random.between(0.1, 0.9);
      const peak = random.between(0, minutesPerDay);
      const weekend = office ? random.between(0.02, 0.2) : random.between(0.4, 1);
      const growth = random.between(-0.005, 0.01);
      const wobble = random.between(0.02, 0.15);
      let drift = 0;
      for (let minute = 0; minute < minutes; minute++) {
        // Load that wanders by itself within hours.
        drift = drift * 0.99 + wobble * Math.sqrt(1 - 0.99 ** 2) * random.normal();
        const ofDay = minute % minutesPerDay;
        const shape = office
          ? 0.04 + smoothStep(ofDay, 480, 570) * (1 - smoothStep(ofDay, 1020, 1140)) * (1 - 0.3 * bump(ofDay, 750, 40))
          : 1 + swing * Math.cos((2 * Math.PI * (ofDay - peak)) / minutesPerDay);
        const trend = 1 + (growth * minute) / minutesPerDay;
        const ofWeek = weekend + (1 - weekend) * weekdayShare(minute);
        rates[minute] = level * shape * ofWeek * trend * Math.exp(drift);
        counts[minute] = random.poisson(rates[minute]!);
      }
      break;
    }
    case "people":
    case "rare": {
      const sessions = kind === "rare" ? random.logBetween(0.05, 0.3) : random.logBetween(0.5, 12);
      const size = random.logBetween(2, kind === "rare" ? 6 : 15);
      for (let day = 0; day < days; day++) {
        const factor = day % 7 >= 5 ? 0.15 : 1;
        for (let session = random.poisson(sessions * factor); session > 0; session--) {
          let at = day * minutesPerDay + 480 + random.between(0, 600);
          for (let calls = random.geometric(size); calls > 0; calls--) {
            put(at, 1);
            at += -Math.log(1 - random.next()) * 0.7;
          }
        }
      }
      break;
    }
    case "hourly job":
    case "nightly job": {
      const everyMinutes = kind === "hourly job" ? random.whole(1, 4) * 15 : minutesPerDay;
      const offset = random.whole(0, everyMinutes - 1);
      const calls = random.logBetween(5, 2000);
      const lasts = random.between(1, kind === "hourly job" ? 5 : 40);
      const jitter = kind === "hourly job" ? 0.5 : random.between(0.5, 15);
      const spread = random.between(0.02, 0.4);
      for (let start = offset; start < minutes; start += everyMinutes) {
        const at = start + jitter * random.normal();
        const total = random.poisson(calls * Math.exp(spread * random.normal()));
        for (let call = 0; call < total; call++) put(at + random.between(0, lasts), 1);
        for (let minute = Math.floor(start); minute < start + lasts && minute < minutes; minute++)
          rates[minute] = calls / lasts;
      }
      break;
    }
    case "deployments": {
      const perDay = random.logBetween(0.3, 4);
      const size = random.logBetween(5, 120);
      for (let day = 0; day < days; day++) {
        if (day % 7 >= 5) continue;
        for (let count = random.poisson(perDay); count > 0; count--) {
          const at = day * minutesPerDay + 510 + random.between(0, 540);
          const calls = Math.round(size * Math.exp(0.6 * random.normal()));
          for (let call = 0; call < calls; call++) put(at + random.between(0, 8), 1);
        }
      }
      break;
    }
    case "bursty": {
      const perDay = random.logBetween(2, 40);
      const size = random.logBetween(4, 60);
      const heavy = random.between(0.4, 1);
      for (let day = 0; day < days; day++)
        for (let count = random.poisson(perDay); count > 0; count--) {
          const at = day * minutesPerDay + random.between(0, minutesPerDay);
          const calls = Math.round(size * Math.exp(heavy * random.normal()));
          const lasts = random.between(0.5, 6);
          for (let call = 0; call < calls; call++) put(at + random.between(0, lasts), 1);
        }
      break;
    }
    case "polling": {
      const every = random.next() < 0.5 ? 1 : random.whole(2, 5);
      const each = random.whole(1, 6);
      for (let minute = 0; minute < minutes; minute++) {
        rates[minute] = each / every;
        if (minute % every === 0 && random.next() > 0.002) counts[minute] = each;
      }
      break;
    }
    case "errors": {
      // Throttling and missing things: a share of some load, and retries in small clusters.
      const level = random.logBetween(0.002, 1.5);
      const retries = random.between(1, 4);
      for (let minute = 0; minute < minutes; minute++) {
        const ofDay = minute % minutesPerDay;
        rates[minute] = level * (0.4 + smoothStep(ofDay, 420, 600) * (1 - smoothStep(ofDay, 1080, 1260)));
        for (let count = random.poisson(rates[minute]! / retries); count > 0; count--) {
          const calls = random.geometric(retries);
          for (let call = 0; call < calls; call++) put(minute + call * random.between(0, 0.6), 1);
        }
      }
      break;
    }
    case "never used":
      break;
  }
  return stream;
}

/** 1 on weekdays, 0 on weekends, and some hours in between. */
function weekdayShare(minute: number): number {
  const ofWeek = (minute / minutesPerDay) % 7;
  return smoothStep(ofWeek, 0.05, 0.35) * (1 - smoothStep(ofWeek, 4.7, 5.1));
}

function smoothStep(value: number, low: number, high: number): number {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return share * share * (3 - 2 * share);
}

function bump(value: number, middle: number, width: number): number {
  return Math.exp(-(((value - middle) / width) ** 2));
}

/** What goes wrong in a stream, and when. */
export const anomalyKinds = [
  "spike",
  "step",
  "ramp",
  "drop to zero",
  "new operation",
  "burst of errors",
  "slow exfiltration",
] as const;
export type AnomalyKind = (typeof anomalyKinds)[number];
export type AnomalySize = "small" | "medium" | "large";

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly size: AnomalySize;
  readonly startMinute: number;
  /** The first minute after it. */
  readonly endMinute: number;
}

const sizes: readonly AnomalySize[] = ["small", "medium", "large"];
const spikeFactors = { small: 3, medium: 8, large: 25 };
const stepFactors = { small: 1.7, medium: 3, large: 6 };
const exfiltrationFactors = { small: 1.3, medium: 1.6, large: 2.2 };
const newRates = { small: 3, medium: 12, large: 60 };
const errorRates = { small: 2, medium: 8, large: 40 };

/** Which kinds make sense in a stream. */
export function kindsFor(stream: Stream): readonly AnomalyKind[] {
  switch (stream.kind) {
    case "steady":
    case "business hours":
      return ["spike", "step", "ramp", "drop to zero", "slow exfiltration"];
    case "polling":
      return ["spike", "step", "drop to zero"];
    case "errors":
      return ["burst of errors"];
    case "never used":
      return ["new operation"];
    case "people":
    case "rare":
    case "deployments":
    case "bursty":
    case "hourly job":
    case "nightly job":
      return ["spike"];
  }
}

/**
 * Adds an anomaly that begins at about the minute given.
 * @returns undefined where it would not be seen by anybody: a drop of next to nothing.
 */
export function addAnomaly(
  stream: Stream,
  kind: AnomalyKind,
  aboutMinute: number,
  random: Random,
): Anomaly | undefined {
  const { counts } = stream;
  const size = sizes[random.whole(0, 2)]!;
  const startMinute = kind === "drop to zero" ? busiestNear(stream, aboutMinute) : aboutMinute;
  const label = (minutes: number): Anomaly => ({
    kind,
    size,
    startMinute,
    endMinute: Math.min(counts.length, startMinute + Math.round(minutes)),
  });
  // What the stream has had at most in a minute of a usual day: bursty ones are spiked beyond their bursts.
  const usual = Math.max(1, stream.rateAt(startMinute), usualPeak(stream, startMinute));
  switch (kind) {
    case "spike": {
      const anomaly = label(random.between(2, 10));
      each(anomaly, (minute) => add(minute, random.poisson(usual * (spikeFactors[size] - 1))));
      return anomaly;
    }
    case "burst of errors":
    case "new operation": {
      const rate = (kind === "burst of errors" ? errorRates : newRates)[size] * random.between(0.7, 1.5);
      const anomaly = label(random.between(8, 60));
      each(anomaly, (minute) => add(minute, random.poisson(rate)));
      return anomaly;
    }
    case "step":
    case "slow exfiltration":
    case "ramp": {
      const slow = kind === "slow exfiltration";
      const anomaly = label(slow ? random.between(720, 1440) : kind === "ramp" ? 240 : random.between(90, 600));
      const factor = (slow ? exfiltrationFactors : stepFactors)[size] - 1;
      const level = slow || kind === "ramp" ? meanRate(stream, anomaly) : undefined;
      each(anomaly, (minute) => {
        const share = kind === "ramp" ? (minute - startMinute) / (anomaly.endMinute - startMinute) : 1;
        add(minute, random.poisson((level ?? stream.rateAt(minute)) * factor * share));
      });
      return anomaly;
    }
    case "drop to zero": {
      const anomaly = label(random.between(30, 180));
      if (meanRate(stream, anomaly) < 0.5) return undefined;
      each(anomaly, (minute) => {
        counts[minute] = 0;
      });
      return anomaly;
    }
  }

  function add(minute: number, count: number): void {
    counts[minute]! += count;
  }
}

function each({ startMinute, endMinute }: Anomaly, change: (minute: number) => void): void {
  for (let minute = startMinute; minute < endMinute; minute++) change(minute);
}

function meanRate(stream: Stream, { startMinute, endMinute }: Anomaly): number {
  let sum = 0;
  for (let minute = startMinute; minute < endMinute; minute++) sum += stream.rateAt(minute);
  return sum / (endMinute - startMinute);
}

/** The busiest minute of the next half day: a drop at night is nothing. */
function busiestNear(stream: Stream, aboutMinute: number): number {
  let best = aboutMinute;
  for (let minute = aboutMinute; minute < Math.min(stream.counts.length, aboutMinute + 720); minute += 30)
    if (stream.rateAt(minute) > stream.rateAt(best)) best = minute;
  return best;
}

/** For series of bursts: the 90th percentile of the busiest minutes of the days before. */
function usualPeak(stream: Stream, atMinute: number): number {
  if (stream.kind === "steady" || stream.kind === "business hours" || stream.kind === "polling") return 0;
  const peaks: number[] = [];
  for (let day = 1; day <= 14; day++) {
    let peak = 0;
    for (
      let minute = Math.max(0, atMinute - day * minutesPerDay);
      minute < atMinute - (day - 1) * minutesPerDay;
      minute++
    )
      peak = Math.max(peak, stream.counts[minute]!);
    peaks.push(peak);
  }
  peaks.sort((one, other) => one - other);
  return peaks[12] ?? 0;
}
