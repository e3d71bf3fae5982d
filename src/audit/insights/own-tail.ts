/** Four weeks of hours. */
const hoursMax = 672;
/** How many of the worst hours are looked at; each number gives a tail of its own. */
const worstCounts = [5, 10, 20, 40] as const;
/** With fewer hours only the worst of them is known. */
const hoursMin = 24;

/**
 * How surprising the counts of a series have been by themselves: the largest surprise of each of the last hours. A model
 * is never quite right; where a series exceeds it every day, what exceeds it is no news. From the worst hours follows how
 * surprising an hour may be that is as rare as false alarms shall be: their excess over the least of them falls off
 * exponentially.
 */
export class OwnTail {
  readonly #hours: Float32Array;
  readonly #flagged = new Uint8Array(hoursMax);
  #count = 0;
  #next = 0;

  /** @param kinds of surprise that are told apart. */
  constructor(readonly kinds: number) {
    this.#hours = new Float32Array(kinds * hoursMax);
  }

  /** @param flagged whether the hour was part of what was told as unusual. */
  add(surprises: Float64Array, flagged: boolean): void {
    for (let kind = 0; kind < this.kinds; kind++) this.#hours[kind * hoursMax + this.#next] = surprises[kind]!;
    this.#flagged[this.#next] = flagged ? 1 : 0;
    this.#next = (this.#next + 1) % hoursMax;
    this.#count = Math.min(hoursMax, this.#count + 1);
  }

  /**
   * The surprise that an hour exceeds with the probability given, or less often.
   * @param drops        whether it is a surprise of too few calls. That may have a simple reason, such as a job that is
   *   late, so its chances fall off more slowly than a model says.
   * @param withFlagged  whether what was told as unusual counts as usual.
   */
  bound(kind: number, probability: number, drops: boolean, withFlagged: boolean): number {
    const from = kind * hoursMax;
    const worst: number[] = [];
    let hours = 0;
    for (let i = 0; i < this.#count; i++) {
      if (this.#flagged[i] === 1 && !withFlagged) continue;
      hours++;
      const surprise = this.#hours[from + i]!;
      if (worst.length > worstCounts.at(-1)! && surprise <= worst.at(-1)!) continue;
      let place = worst.length;
      while (place > 0 && worst[place - 1]! < surprise) place--;
      worst.splice(place, 0, surprise);
      if (worst.length > worstCounts.at(-1)! + 1) worst.pop();
    }
    const most = worst[0] ?? 0;
    // What happened once may happen again a little larger.
    const least = drops ? most * 1.4 + 3 : most * 1.2 + 1;
    if (hours < hoursMin) return least;
    let bound = Number.POSITIVE_INFINITY;
    for (const count of worstCounts) {
      if (count * 3 > hours) break;
      const base = worst[count]!;
      let excess = 0;
      for (let i = 0; i < count; i++) excess += worst[i]! - base;
      const slope = Math.max(drops ? 3 : 1, (excess / count) * (1 + 1.5 / Math.sqrt(count)));
      bound = Math.min(bound, base + slope * Math.log(count / hours / probability));
    }
    return Math.max(least, bound);
  }

  reset(): void {
    this.#count = 0;
    this.#next = 0;
  }
}
