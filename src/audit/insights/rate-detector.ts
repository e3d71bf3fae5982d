import { SeriesWatch, type UnusualPeriod } from "./series-watch.js";

/**
 * False alarms a week of an account and region, all its series together, if its counts were what is assumed of them. The
 * bounds of each series follow from it and from how many series there are.
 */
export const falseAlarmsPerWeek = 0.05;
/** Few series do not make for narrow bounds. */
const sharesMin = 100;
const hoursPerWeek = 168;
/** A series that was silent for so long is forgotten. */
const silentMinutesMax = 28 * 1440;
/** Series of an account and region that are watched. */
export const seriesMax = 5_000;

/** A period that began or ended with the minute that was told last. */
export interface SeriesFinding {
  readonly seriesKey: string;
  readonly period: UnusualPeriod;
}

/**
 * Watches all series of one account and region. It is told every minute, in order and without gaps; what it finds follows
 * from that alone.
 */
export class RateDetector {
  readonly #watches = new Map<string, SeriesWatch>();
  #minutes = 0;
  #leftOut = 0;

  /** @param firstMinute the first that is told: nothing is known of what was before. */
  constructor(readonly firstMinute: number) {}

  /** The minute that is to be told next. */
  get nextMinute(): number {
    return this.firstMinute + this.#minutes;
  }

  /** Series of the last minute that there were too many of. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** @param counts of the minute by key of series; one that had none may be left out. */
  step(counts: ReadonlyMap<string, number>): SeriesFinding[] {
    const minute = this.nextMinute;
    const probability = falseAlarmsPerWeek / hoursPerWeek / Math.max(sharesMin, this.#watches.size);
    this.#leftOut = 0;
    for (const [key, count] of counts) if (count > 0 && !this.#watches.has(key)) this.#begin(key, minute, probability);
    const findings: SeriesFinding[] = [];
    for (const [seriesKey, watch] of this.#watches) {
      const period = watch.step(counts.get(seriesKey) ?? 0, probability);
      if (period !== undefined) findings.push({ seriesKey, period });
      if (minute - watch.lastCallMinute > silentMinutesMax && watch.open === undefined) this.#watches.delete(seriesKey);
    }
    this.#minutes++;
    return findings;
  }

  /** A minute in which nobody watched. */
  pass(): void {
    for (const watch of this.#watches.values()) watch.pass();
    this.#minutes++;
  }

  /** Whether a period that began with the minute lasts. */
  isOpen(seriesKey: string, startMinute: number): boolean {
    return this.#watches.get(seriesKey)?.open?.startMinute === startMinute;
  }

  #begin(key: string, minute: number, probability: number): void {
    if (this.#watches.size >= seriesMax) this.#leftOut++;
    else this.#watches.set(key, new SeriesWatch(minute, this.#minutes, probability));
  }
}
