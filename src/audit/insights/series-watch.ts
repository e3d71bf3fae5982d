import { logTailAbove, logTailBelow } from "./count-tail.js";
import { OwnTail } from "./own-tail.js";
import { type Forecast, RateForecast } from "./rate-forecast.js";
import { WindowSpread } from "./window-spread.js";

/** Minutes of the windows that are judged: a burst shows in the shortest, what is slow and small in the longest. */
const windowLengths = [1, 5, 20, 60, 360] as const;
const ringMinutes = 360;
/** Minutes by whose counts it is decided whether an unusual period is over, for each window that may have found it. */
const calmWindows = [5, 5, 10, 15, 60] as const;
const calmMinutes = 10;
/** The first minutes of an account are not judged. */
const quietMinutes = 10;
/** Calls by which clusters are larger in an account that was only just begun, and how fast that is over. */
const youngClusters = 100;
const youngMinutes = 360;
/** Natural logarithm of one in a thousand: what is likelier is inside the band. */
const calmSurprise = 6.9;
const minutesPerDay = 1440;
const openMinutesMax = minutesPerDay;
/** With fewer calls nobody is told. */
const countMin = 3;
/** A lack of calls is judged where so many are expected. */
const expectedMin = 5;
/** After a period nothing new begins for so long. */
const restMinutes = 10;
/** Four weeks: what was told so many times in them is usual. */
const repeatMinutes = 28 * minutesPerDay;
const repeatsMin = 3;
/** Deviations below which a window is taken for usual without working out how unlikely it is. */
const noteworthyDeviations = 2.5;
/** Bounds follow from weeks of hours, so that they need not be made again every hour. */
const boundHours = 4;

export type Direction = "rise" | "drop";

/** Why a period was found unusual: the window that decided it. */
export interface Grounds {
  readonly direction: Direction;
  readonly windowMinutes: number;
  readonly observed: number;
  readonly expected: number;
  /** Counts of such a window that would have been usual. */
  readonly band: { readonly low: number; readonly high: number };
  /** Decimal logarithm of how unlikely the count is. */
  readonly log10Probability: number;
}

/** A period that is unlike what is usual. Minutes since the epoch. */
export interface UnusualPeriod {
  readonly startMinute: number;
  /** The first minute after it; undefined while it lasts. */
  readonly endMinute?: number;
  readonly grounds: Grounds;
}

interface Open {
  readonly startMinute: number;
  readonly window: number;
  readonly grounds: Grounds;
  lastOutsideMinute: number;
  calm: number;
  observed: number;
  expected: number;
  minutes: number;
}

/**
 * Watches the calls a minute of one series. Knows nothing but what it is told, minute by minute without gaps, so the same
 * minutes give the same periods.
 */
export class SeriesWatch {
  readonly #forecast: RateForecast;
  readonly #spreads = windowLengths.map((minutes) => new WindowSpread(minutes));
  readonly #tail = new OwnTail(2 * windowLengths.length);
  readonly #worst = new Float64Array(2 * windowLengths.length);
  readonly #bounds = new Float64Array(2 * windowLengths.length).fill(Number.POSITIVE_INFINITY);
  readonly #counts = new Float64Array(ringMinutes);
  readonly #rates = new Float64Array(ringMinutes);
  readonly #countSums = new Float64Array(windowLengths.length);
  readonly #rateSums = new Float64Array(windowLengths.length);
  readonly #next: Forecast = { rate: 0, evidence: 0, steepness: 0 };
  /** Minutes for which the series was looked for, as far as they bear on what is known of its level. */
  #age: number;
  #filled = 0;
  #hourFlagged = false;
  #open: Open | undefined;
  #lastEndMinute = Number.NEGATIVE_INFINITY;
  #starts: number[] = [];
  #minute: number;
  lastCallMinute: number;

  /**
   * @param silentMinutes before `firstMinute` for which nothing of the series was seen although it was looked for.
   * @param probability of a false alarm that an hour of this series may have.
   */
  constructor(firstMinute: number, silentMinutes: number, probability: number) {
    this.#age = silentMinutes;
    this.#minute = firstMinute;
    this.lastCallMinute = firstMinute;
    this.#forecast = new RateForecast(silentMinutes);
    this.#forecast.of(firstMinute, this.#next);
    this.#filled = Math.min(ringMinutes, silentMinutes);
    this.#rates.fill(this.#next.rate);
    for (let i = 0; i < windowLengths.length; i++) this.#rateSums[i] = this.#next.rate * windowLengths[i]!;
    this.#boundAgain(probability);
  }

  get open(): UnusualPeriod | undefined {
    return this.#open && { startMinute: this.#open.startMinute, grounds: this.#open.grounds };
  }

  /**
   * The next minute.
   *
   * @param probability of a false alarm that an hour of this series may have.
   * @returns a period that began or ended with it.
   */
  step(count: number, probability: number): UnusualPeriod | undefined {
    const minute = this.#minute++;
    if (count > 0) this.lastCallMinute = minute;
    this.#forecast.of(minute, this.#next);
    this.#push(minute, count, this.#next.rate);
    this.#age++;
    this.#filled = Math.min(ringMinutes, this.#filled + 1);
    if (minute % 60 === 0) this.#endHour(minute, probability);

    const found = this.#judge();
    if (this.#open !== undefined) return this.#goOn(minute, count);
    if (found === undefined || minute - this.#lastEndMinute < restMinutes) {
      this.#learn(minute, count);
      return undefined;
    }
    this.#open = this.#begin(minute, found);
    this.#starts = [...this.#starts.filter((start) => start > minute - repeatMinutes), this.#open.startMinute];
    this.#hourFlagged = true;
    return this.open;
  }

  /** A minute of which nothing is known: it is neither judged nor learnt. */
  pass(): void {
    const minute = this.#minute++;
    this.#forecast.of(minute, this.#next);
    this.#push(minute, this.#next.rate, this.#next.rate);
  }

  #push(minute: number, count: number, rate: number): void {
    const place = minute % ringMinutes;
    for (let i = 0; i < windowLengths.length; i++) {
      const left = (minute - windowLengths[i]! + ringMinutes) % ringMinutes;
      // The longest window leaves the very place that is written now.
      this.#countSums[i]! += count - this.#counts[left]!;
      this.#rateSums[i]! += rate - this.#rates[left]!;
    }
    this.#counts[place] = count;
    this.#rates[place] = rate;
  }

  /** @returns the window that is furthest out of its bounds, if any is. */
  #judge(): { readonly kind: number; readonly surprise: number } | undefined {
    if (this.#age < quietMinutes) return undefined;
    let kindFound = -1;
    let most = 0;
    for (let i = 0; i < windowLengths.length; i++) {
      const length = windowLengths[i]!;
      if (this.#filled < length) break;
      const observed = this.#countSums[i]!;
      const expected = Math.max(1e-9, this.#rateSums[i]!);
      const variance = this.#variance(i, expected);
      const deviations = (observed - expected) / Math.sqrt(variance);
      const kind = 2 * i + (deviations > 0 ? 0 : 1);
      const surprise = surpriseOf(observed, expected, variance, deviations);
      if (surprise > this.#worst[kind]!) this.#worst[kind] = surprise;
      const matters = deviations > 0 ? observed >= countMin : expected >= expectedMin;
      const beyond = surprise - this.#bounds[kind]!;
      if (matters && beyond > 0 && (kindFound < 0 || beyond > most)) {
        kindFound = kind;
        most = beyond;
      }
    }
    return kindFound < 0 ? undefined : { kind: kindFound, surprise: most + this.#bounds[kindFound]! };
  }

  /** Of the window's count: chance, clusters and rates that are off, and how little is known of the rate yet. */
  #variance(window: number, expected: number): number {
    const clusters = this.#spreads[0]!.clusters;
    const steepness = 0.5 * this.#next.steepness;
    const unknown = youth(this.#age) + 1 / (this.#next.evidence / (1 + clusters) + 0.5) + steepness * steepness;
    const more = youngClusters * Math.exp(-this.#age / youngMinutes);
    return this.#spreads[window]!.variance(expected) + more * expected + unknown * expected * expected;
  }

  #learn(minute: number, count: number): void {
    this.#forecast.learn(minute, count);
    for (let i = 0; i < windowLengths.length; i++) {
      const length = windowLengths[i]!;
      if (this.#filled < length || minute % length !== length - 1) continue;
      this.#spreads[i]!.learn(this.#countSums[i]!, this.#rateSums[i]!, this.#spreads[i - 1]);
    }
  }

  #endHour(minute: number, probability: number): void {
    this.#tail.add(this.#worst, this.#hourFlagged);
    this.#worst.fill(0);
    this.#hourFlagged = this.#open !== undefined;
    if ((minute / 60) % boundHours === 0) this.#boundAgain(probability);
  }

  #boundAgain(probability: number): void {
    const kinds = 2 * windowLengths.length;
    // Windows of one hour overlap, so that they are as many tests as windows side by side, or somewhat more.
    const testsPerHour = 120;
    const repeated = this.#starts.length >= repeatsMin;
    for (let kind = 0; kind < kinds; kind++) {
      const drops = kind % 2 === 1;
      this.#bounds[kind] = Math.max(
        -Math.log(probability / testsPerHour),
        // A lack of calls that was told is known; a rise may be an attack that comes again.
        this.#tail.bound(kind, probability / kinds, drops, repeated || drops),
      );
    }
  }

  #begin(minute: number, { kind, surprise }: { readonly kind: number; readonly surprise: number }): Open {
    const window = kind >> 1;
    const length = windowLengths[window]!;
    const direction: Direction = kind % 2 === 0 ? "rise" : "drop";
    const sign = direction === "rise" ? 1 : -1;
    let sum = 0;
    let most = Number.NEGATIVE_INFINITY;
    let startMinute = minute;
    let observedSince = 0;
    let expectedSince = 0;
    let observed = 0;
    let expected = 0;
    // From where on to now the counts stray most: halfway to the window's own rate, so that stray calls are no beginning.
    const half = ((this.#countSums[window]! - this.#rateSums[window]!) * sign) / length / 2;
    for (let back = 0; back < length; back++) {
      const place = (minute - back + ringMinutes) % ringMinutes;
      observed += this.#counts[place]!;
      expected += this.#rates[place]!;
      sum += (this.#counts[place]! - this.#rates[place]!) * sign - half;
      if (sum <= most) continue;
      most = sum;
      startMinute = minute - back;
      observedSince = observed;
      expectedSince = expected;
    }
    return {
      startMinute,
      window,
      lastOutsideMinute: minute,
      calm: 0,
      observed: observedSince,
      expected: expectedSince,
      minutes: minute - startMinute + 1,
      grounds: {
        direction,
        windowMinutes: length,
        observed: Math.round(this.#countSums[window]!),
        expected: this.#rateSums[window]!,
        band: this.#band(window),
        log10Probability: -surprise / Math.LN10,
      },
    };
  }

  #goOn(minute: number, count: number): UnusualPeriod | undefined {
    const open = this.#open!;
    this.#hourFlagged = true;
    open.observed += count;
    open.expected += this.#next.rate;
    open.minutes++;
    const length = calmWindows[open.window]!;
    const { observed, expected } = this.#sumOf(minute, length);
    const variance = this.#variance(open.window, expected);
    const deviations = (observed - expected) / Math.sqrt(variance);
    const outside =
      deviations > 0 === (open.grounds.direction === "rise") &&
      surpriseOf(observed, expected, variance, deviations) > calmSurprise;
    open.calm = outside ? 0 : open.calm + 1;
    if (outside) open.lastOutsideMinute = minute;
    const settled = open.minutes >= openMinutesMax;
    if (open.calm < calmMinutes && !settled) return undefined;

    const endMinute = settled ? minute + 1 : this.#endOf(minute, open) + 1;
    this.#open = undefined;
    this.#lastEndMinute = minute;
    if (settled) this.#settle(open.observed / open.minutes, open.expected / open.minutes);
    this.#forgetCounts();
    return { startMinute: open.startMinute, endMinute, grounds: open.grounds };
  }

  /** The window that was last outside may have calm minutes at its end. */
  #endOf(minute: number, open: Open): number {
    const sign = open.grounds.direction === "rise" ? 1 : -1;
    const half = (((open.observed - open.expected) / open.minutes) * sign) / 2;
    for (let at = open.lastOutsideMinute; at > open.startMinute && minute - at < ringMinutes; at--) {
      const place = at % ringMinutes;
      if ((this.#counts[place]! - this.#rates[place]!) * sign >= half) return at;
    }
    return open.startMinute;
  }

  /** A day of it is no exception any more: it is the level from now on, of which little is known. */
  #settle(observedRate: number, expectedRate: number): void {
    this.#forecast.moveTo(observedRate, expectedRate);
    this.#age = Math.min(this.#age, minutesPerDay);
    this.#tail.reset();
  }

  /** What was told is not told again by a window that still holds it. */
  #forgetCounts(): void {
    for (let place = 0; place < ringMinutes; place++) this.#counts[place] = this.#rates[place]!;
    for (let i = 0; i < windowLengths.length; i++) this.#countSums[i] = this.#rateSums[i]!;
  }

  #sumOf(minute: number, length: number): { observed: number; expected: number } {
    let observed = 0;
    let expected = 0;
    for (let at = minute - length + 1; at <= minute; at++) {
      const place = (at + ringMinutes) % ringMinutes;
      observed += this.#counts[place]!;
      expected += this.#rates[place]!;
    }
    return { observed, expected: Math.max(1e-9, expected) };
  }

  #band(window: number): { low: number; high: number } {
    const expected = Math.max(1e-9, this.#rateSums[window]!);
    const variance = this.#variance(window, expected);
    const above = this.#bounds[2 * window]!;
    const below = this.#bounds[2 * window + 1]!;
    let high = Math.ceil(expected);
    let step = 1;
    while (-logTailAbove(high + step, expected, variance) <= above && step < 2 ** 40) step *= 2;
    for (; step >= 1; step /= 2) if (-logTailAbove(high + step, expected, variance) <= above) high += step;
    let low = Math.floor(expected);
    for (step = 2 ** Math.ceil(Math.log2(low + 1)); step >= 1; step /= 2)
      if (low - step >= 0 && -logTailBelow(low - step, expected, variance) <= below) low -= step;
    return { low, high };
  }
}

function surpriseOf(observed: number, expected: number, variance: number, deviations: number): number {
  if (Math.abs(deviations) < noteworthyDeviations) return (deviations * deviations) / 2;
  return deviations > 0
    ? -logTailAbove(observed, expected, variance)
    : -logTailBelow(Math.max(0, observed), expected, variance);
}

/**
 * What a series does not show of itself while it is young, as the square of the share by which its rate may be off: its
 * time of day in the first days, its weekend in the first week.
 */
function youth(ageMinutes: number): number {
  const days = ageMinutes / minutesPerDay;
  return 4 * Math.exp(-days / 0.5) + 0.2 * Math.exp(-Math.max(0, days - 8) / 2);
}
