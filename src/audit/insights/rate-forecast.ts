const slotMinutes = 30;
const slotsPerDay = 48;
/** A forecast holds for so long. */
const forecastMinutes = 5;
const minutesPerDay = 1440;

/** How many days each average remembers. */
const overallMinutesMax = 7 * minutesPerDay;
const dailyMinutesMax = 7 * slotMinutes;
const weekpartMinutesMax = 10 * slotMinutes;
const weeklyMinutesMax = 4 * slotMinutes;
const recentWeight = 1 - 2 ** (-1 / 60);
/** A slot that was seen for less than this is mostly told by what is known more coarsely. */
const shrinkMinutes = 15;
/** A week of half hours: how long a forecaster's misses are held against it. */
const lossDecay = 1 - 1 / 336;

/** Ways to tell the rate of the next minute. */
const forecasters = 5;
const overall = 0;
const recent = 1;
const daily = 2;
const weekpart = 3;
const weekly = 4;

/** Calls that are expected, a minute, and how many calls that is learnt from. */
export interface Forecast {
  rate: number;
  evidence: number;
  /** How steep the rate is here, from 0 to 1: where it changes within half an hour, it may do so a little sooner or later. */
  steepness: number;
}

/** Averages by slot of the day or week, each over the last minutes of that slot. */
class Slots {
  readonly means: Float64Array;
  readonly minutes: Float32Array;

  constructor(
    count: number,
    readonly minutesMax: number,
  ) {
    this.means = new Float64Array(count);
    this.minutes = new Float32Array(count);
  }

  learn(slot: number, count: number): void {
    const minutes = Math.min(this.minutesMax, this.minutes[slot]! + 1);
    this.minutes[slot] = minutes;
    this.means[slot]! += (count - this.means[slot]!) / minutes;
  }

  rate(slot: number, fallback: number): number {
    const minutes = this.minutes[slot]!;
    return (minutes * this.means[slot]! + shrinkMinutes * fallback) / (minutes + shrinkMinutes);
  }

  scale(factor: number, added: number): void {
    for (let slot = 0; slot < this.means.length; slot++) this.means[slot] = this.means[slot]! * factor + added;
  }
}

/**
 * Tells how many calls a minute are to be expected, in five ways: as always, as in the last hours, as at this time of
 * day, as on such days (weekdays or weekends) at this time, as on this day of the week at this time. Whichever has told
 * the last week best is believed. So a series has a time of day once it has shown one, and no sooner.
 */
export class RateForecast {
  #mean = 0;
  #minutes: number;
  #recent = 0;
  readonly #daily = new Slots(slotsPerDay, dailyMinutesMax);
  readonly #weekpart = new Slots(2 * slotsPerDay, weekpartMinutesMax);
  readonly #weekly = new Slots(7 * slotsPerDay, weeklyMinutesMax);
  readonly #losses = new Float64Array(forecasters);
  readonly #rates = new Float64Array(forecasters);
  readonly #expected = new Float64Array(forecasters);
  #observed = 0;
  #observedMinutes = 0;
  #best = overall;
  #told = false;
  #minutesBehind = 0;
  #steepness = 0;

  /** @param silentMinutes for which nothing of the series was seen although it was looked for. */
  constructor(silentMinutes: number) {
    this.#minutes = Math.min(overallMinutesMax, silentMinutes);
  }

  /** The forecast of a minute, from what was learnt before it. Minutes are asked for in their order. */
  of(minute: number, into: Forecast): void {
    if (minute % forecastMinutes === 0 || !this.#told) this.#tell(minute);
    into.rate = this.#rates[this.#best]!;
    into.evidence = into.rate * this.#minutesBehind;
    into.steepness = this.#steepness;
  }

  #tell(minute: number): void {
    this.#told = true;
    const slot = Math.floor(minute / slotMinutes) % slotsPerDay;
    const day = Math.floor(minute / minutesPerDay);
    const rates = this.#rates;
    // Nothing seen in so many minutes is not nothing at all: half a call more.
    const half = 0.5 / Math.max(1, this.#minutes);
    rates[overall] = this.#mean + half;
    rates[recent] = this.#recent + half;
    this.#ofSlot(slot, day);
    const [, , dailyHere, weekpartHere, weeklyHere] = rates as unknown as number[];

    // Between the middles of two slots the rate goes straight from one to the other.
    const within = ((minute % slotMinutes) + forecastMinutes / 2) / slotMinutes - 0.5;
    const step = within < 0 ? -1 : 1;
    const share = Math.abs(within);
    const nextSlot = (slot + step + slotsPerDay) % slotsPerDay;
    this.#ofSlot(nextSlot, slot + step < 0 ? day - 1 : slot + step >= slotsPerDay ? day + 1 : day);
    const [here, next] = [[0, 0, dailyHere!, weekpartHere!, weeklyHere!][this.#best]!, rates[this.#best]!];
    this.#steepness = this.#best < daily ? 0 : Math.abs(next - here) / (next + here);
    rates[daily] = dailyHere! * (1 - share) + rates[daily]! * share;
    rates[weekpart] = weekpartHere! * (1 - share) + rates[weekpart]! * share;
    rates[weekly] = weeklyHere! * (1 - share) + rates[weekly]! * share;
    this.#minutesBehind = this.#minutesOf(slot, day);
  }

  /** Takes the minute whose forecast was asked last into what is usual. */
  learn(minute: number, count: number): void {
    const slot = Math.floor(minute / slotMinutes) % slotsPerDay;
    const day = Math.floor(minute / minutesPerDay);
    this.#minutes = Math.min(overallMinutesMax, this.#minutes + 1);
    this.#mean += (count - this.#mean) / this.#minutes;
    this.#recent += (count - this.#recent) * Math.max(recentWeight, 1 / this.#minutes);
    this.#daily.learn(slot, count);
    this.#weekpart.learn(weekpartOf(day) * slotsPerDay + slot, count);
    this.#weekly.learn(weekdayOf(day) * slotsPerDay + slot, count);

    this.#observed += count;
    this.#observedMinutes++;
    for (let i = 0; i < forecasters; i++) this.#expected[i]! += this.#rates[i]!;
    if (this.#observedMinutes < slotMinutes) return;
    // Square roots, so that busy hours do not decide alone.
    for (let i = 0; i < forecasters; i++) {
      const miss = Math.sqrt(this.#observed) - Math.sqrt(this.#expected[i]!);
      this.#losses[i] = this.#losses[i]! * lossDecay + miss * miss;
      this.#expected[i] = 0;
      if (this.#losses[i]! < this.#losses[this.#best]!) this.#best = i;
    }
    this.#observed = 0;
    this.#observedMinutes = 0;
  }

  /** What was unusual for a day is usual now: everything moves to the new level. */
  moveTo(observedRate: number, expectedRate: number): void {
    const known = expectedRate > 0.001;
    const factor = known ? observedRate / expectedRate : 1;
    const added = known ? 0 : observedRate;
    this.#mean = this.#mean * factor + added;
    this.#recent = observedRate;
    for (const slots of [this.#daily, this.#weekpart, this.#weekly]) slots.scale(factor, added);
  }

  #ofSlot(slot: number, day: number): void {
    const rates = this.#rates;
    rates[daily] = this.#daily.rate(slot, rates[overall]!);
    rates[weekpart] = this.#weekpart.rate(weekpartOf(day) * slotsPerDay + slot, rates[daily]!);
    rates[weekly] = this.#weekly.rate(weekdayOf(day) * slotsPerDay + slot, rates[weekpart]!);
  }

  #minutesOf(slot: number, day: number): number {
    switch (this.#best) {
      case overall:
        return this.#minutes;
      case recent:
        return Math.min(this.#minutes, 1 / recentWeight);
      case daily:
        return shrinkMinutes + this.#daily.minutes[slot]!;
      case weekpart:
        return shrinkMinutes + this.#weekpart.minutes[weekpartOf(day) * slotsPerDay + slot]!;
      default:
        return shrinkMinutes + this.#weekly.minutes[weekdayOf(day) * slotsPerDay + slot]!;
    }
  }
}

/** 0: Sunday. The first day of the epoch was a Thursday. */
function weekdayOf(day: number): number {
  return (day + 4) % 7;
}

/** 1: Saturday or Sunday. */
function weekpartOf(day: number): number {
  const weekday = weekdayOf(day);
  return weekday === 0 || weekday === 6 ? 1 : 0;
}
