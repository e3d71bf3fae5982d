import { type Baseline, bandOf, baselineOf, type PeriodCounts } from "../forecast.js";
import { countFrom, type Lengths, leastMsOf, lengthsOf, merged, slowClassOf, usualShare } from "./lengths.js";
import { slowFactor } from "./slow-factor.js";

/** What can be wrong with a service: more requests fail than usual, or more of them take longer than usual. */
export type AnomalyKind = "fault" | "latency";

/** Requests of a node in one minute. */
export interface NodeMinute {
  readonly minuteMs: number;
  readonly totalCount: number;
  readonly faultCount: number;
  /** Milliseconds, and how many requests took so long. */
  readonly histogram: ReadonlyMap<number, number>;
}

/** What a node did in a minute, judged by what it did before. */
export interface NodeVerdict {
  /** More faults, or slow requests, than expected in this minute. */
  readonly outside: boolean;
  /** There is no doubt left: an incident began then, epoch milliseconds. */
  readonly incidentSinceMs?: number;
}

const minuteMs = 60_000;
/** How far back a baseline reaches. */
export const historyMs = 24 * 60 * minuteMs;
/** What is usual for response times: they follow load and releases, so the last hours count. */
const usualLengthsMinutes = 180;

/** Requests a minute below which single minutes say too little, and longer windows are judged. */
const busyCountPerMinute = 20;
const busyWindowMinutes = 5;
/** The longest window that is judged. */
export const sparseWindowMinutes = 15;
/** Minutes of a window that must be outside, however bad one of them is. */
const outsideMinutesMin = 3;
/** With fewer faults or slow requests in a window nobody is told. */
const hitCountMin = 5;
/** Minutes by which a sparse node's recovery is judged. */
const sparseCalmMinutes = 10;

/** A baseline is made again after so many minutes; while it is young, every minute. */
const baselineAgeMinutesMax = 10;
const youngMinutes = 60;

interface StoredMinute {
  readonly minuteMs: number;
  readonly totalCount: number;
  readonly faultCount: number;
  /** Sum of the logarithms of the lengths in milliseconds. */
  readonly logSum: number;
  lengths: Lengths | undefined;
  /** Left out of every baseline. */
  incident: boolean;
}

/** What is usual for a node. */
interface Usual {
  readonly atMs: number;
  readonly busy: boolean;
  readonly fault: Baseline | undefined;
  readonly slowClass: number | undefined;
  readonly slow: Baseline | undefined;
}

/** The last 24 hours of one node, and what follows from them for the minute that is judged. */
export class NodeHistory {
  /** Oldest first; minutes without requests are not in it. */
  readonly #minutes: StoredMinute[] = [];
  #usual: Usual | undefined;

  /** @param incident whether the minute is known to be part of one. */
  add(minute: NodeMinute, incident = false): void {
    const { totalCount, faultCount, histogram } = minute;
    let logSum = 0;
    for (const [ms, count] of histogram) logSum += count * Math.log(Math.max(1, ms));
    const lengths = lengthsOf(histogram);
    const stored = { minuteMs: minute.minuteMs, totalCount, faultCount, logSum, lengths, incident };
    let place = this.#minutes.length;
    while (place > 0 && this.#minutes[place - 1]!.minuteMs > minute.minuteMs) place--;
    if (this.#minutes[place - 1]?.minuteMs === minute.minuteMs) this.#minutes[place - 1] = stored;
    else this.#minutes.splice(place, 0, stored);
  }

  /** Leaves the minutes from the time given on out of what is usual. */
  markIncident(sinceMs: number): void {
    for (let i = this.#minutes.length - 1; i >= 0 && this.#minutes[i]!.minuteMs >= sinceMs; i--)
      this.#minutes[i]!.incident = true;
  }

  /** Forgets what is older than a day. @returns whether anything is left. */
  forget(nowMs: number): boolean {
    const kept = this.#minutes.findIndex((minute) => minute.minuteMs > nowMs - historyMs);
    this.#minutes.splice(0, kept < 0 ? this.#minutes.length : kept);
    return this.#minutes.length > 0;
  }

  /** Requests of the node in a minute. */
  totalCountAt(atMs: number): number {
    const last = this.#minutes.at(-1);
    return last?.minuteMs === atMs ? last.totalCount : 0;
  }

  /** Milliseconds from which on a request is slow; undefined while nothing is known. */
  get slowMs(): number | undefined {
    const slowClass = this.#usual?.slowClass;
    return slowClass === undefined ? undefined : leastMsOf(slowClass);
  }

  /** How many of the requests of the minute were slow. */
  slowCountAt(atMs: number): number {
    const slowClass = this.#usual?.slowClass;
    const minute = this.#minutes.findLast((each) => each.minuteMs === atMs);
    return slowClass === undefined || minute?.lengths === undefined ? 0 : countFrom(minute.lengths, slowClass);
  }

  /**
   * @param atMs  the minute to judge, which was added before.
   * @param width of the band for a whole window, in standard deviations.
   */
  judge(kind: AnomalyKind, atMs: number, width: number): NodeVerdict {
    const usual = this.#usualAt(atMs);
    const baseline = kind === "fault" ? usual.fault : usual.slow;
    if (baseline === undefined) return { outside: false };
    const windowMs = (usual.busy ? busyWindowMinutes : sparseWindowMinutes) * minuteMs;
    const window = this.#hitsSince(kind, atMs - windowMs + minuteMs, usual);
    const beyond = usual.busy
      ? (minute: Hits) => isBeyond(kind, baseline, minute)
      : (minute: Hits) => minute.faultCount > 0;

    const last = window.at(-1);
    const now = last?.minuteMs === atMs ? last : undefined;
    const outsideNow =
      now !== undefined &&
      beyond(now) &&
      (usual.busy || isBeyond(kind, baseline, sum(window, atMs - sparseCalmMinutes * minuteMs)));
    const bad = window.filter(beyond);
    const opens =
      outsideNow &&
      bad.length >= outsideMinutesMin &&
      sum(bad).faultCount >= hitCountMin &&
      isBeyond(kind, baseline, sum(window), width);
    if (!opens) return { outside: outsideNow };
    return { outside: true, incidentSinceMs: usual.busy ? bad[0]!.minuteMs : worstStart(window, baseline.rate) };
  }

  #hitsSince(kind: AnomalyKind, sinceMs: number, { slowClass }: Usual): Hits[] {
    const from = this.#minutes.findLastIndex((minute) => minute.minuteMs < sinceMs) + 1;
    return this.#minutes.slice(from).map((minute) => hitsOf(kind, minute, slowClass));
  }

  /** From minutes that are in no window that may turn out to be an incident. */
  #usualAt(atMs: number): Usual {
    const known = this.#usual;
    if (known !== undefined) {
      const ageMax = this.#minutes.length < youngMinutes ? 1 : baselineAgeMinutesMax;
      if (atMs - known.atMs < ageMax * minuteMs) return known;
    }
    const calm = this.#minutes.filter((minute) => !minute.incident);
    const total = calm.reduce((count, minute) => count + minute.totalCount, 0);
    const busy = total >= busyCountPerMinute * calm.length;
    const untilMs = atMs - (busy ? busyWindowMinutes : sparseWindowMinutes) * minuteMs;
    const before = calm.filter((minute) => minute.minuteMs <= untilMs);
    const recent = before.slice(-usualLengthsMinutes);
    const firstMs = recent[0]?.minuteMs ?? 0;
    for (const minute of this.#minutes) if (minute.minuteMs < firstMs) minute.lengths = undefined;
    const slowClass = slowClassOf(merged(recent.flatMap(({ lengths }) => lengths ?? [])), slowFactor(before));
    this.#usual = {
      atMs,
      busy,
      fault: baselineOf(before),
      slowClass,
      slow: baselineOf(recent.map((minute) => hitsOf("latency", minute, slowClass))),
    };
    return this.#usual;
  }
}

/** Requests of a minute, and those that count: faults, or slow ones. */
interface Hits extends PeriodCounts {
  readonly minuteMs: number;
}

function hitsOf(kind: AnomalyKind, minute: StoredMinute, slowClass: number | undefined): Hits {
  const { totalCount, lengths } = minute;
  if (kind === "fault") return minute;
  const known = lengths !== undefined && slowClass !== undefined;
  return { minuteMs: minute.minuteMs, totalCount, faultCount: known ? countFrom(lengths, slowClass) : 0 };
}

function sum(minutes: readonly Hits[], afterMs = Number.NEGATIVE_INFINITY): PeriodCounts {
  let totalCount = 0;
  let faultCount = 0;
  for (const minute of minutes) {
    if (minute.minuteMs <= afterMs) continue;
    totalCount += minute.totalCount;
    faultCount += minute.faultCount;
  }
  return { totalCount, faultCount };
}

/** Slow requests matter once they are so many that the 95th percentile itself is slow. */
function isBeyond(kind: AnomalyKind, baseline: Baseline, counts: PeriodCounts, width?: number): boolean {
  const { totalCount, faultCount } = counts;
  if (kind === "latency" && faultCount <= totalCount * (1 - usualShare)) return false;
  return faultCount > bandOf(baseline, totalCount, width).high;
}

/**
 * The minute from which on to the end of the window the hits exceed most what lies halfway between the usual share and
 * the window's: a stray fault some minutes before is no beginning.
 */
function worstStart(window: readonly Hits[], usualRate: number): number {
  const { totalCount, faultCount } = sum(window);
  const reference = (usualRate + faultCount / totalCount) / 2;
  let excess = 0;
  let most = Number.NEGATIVE_INFINITY;
  let startMs = window.at(-1)!.minuteMs;
  for (const minute of [...window].reverse()) {
    excess += minute.faultCount - minute.totalCount * reference;
    if (minute.faultCount === 0 || excess <= most) continue;
    most = excess;
    startMs = minute.minuteMs;
  }
  return startMs;
}
