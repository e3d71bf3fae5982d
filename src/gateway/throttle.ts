import type { Clock } from "../environment.js";

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * A token bucket for each caller: `perSecondMax` calls a second, and twice that at once after a rest. The table of
 * buckets is bounded; when it is full the one touched longest ago goes, which is full again by then in all but a flood
 * of distinct callers.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #perSecondMax: number;
  readonly #burstMax: number;
  readonly #bucketsMax: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, perSecondMax: number, bucketsMax = 65_536) {
    this.#clock = clock;
    this.#perSecondMax = perSecondMax;
    this.#burstMax = 2 * perSecondMax;
    this.#bucketsMax = bucketsMax;
  }

  /** Takes one call out of the caller's bucket; false if there is none left. */
  take(caller: string): boolean {
    const now = this.#clock.monotonicMs();
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      bucket = { tokens: this.#burstMax, filledAtMs: now };
      if (this.#buckets.size >= this.#bucketsMax) this.#buckets.delete(this.#buckets.keys().next().value as string);
      this.#buckets.set(caller, bucket);
    } else if (this.#buckets.size > this.#bucketsMax / 2) {
      // Order of touch matters only once something may have to go.
      this.#buckets.delete(caller);
      this.#buckets.set(caller, bucket);
    }
    bucket.tokens = Math.min(this.#burstMax, bucket.tokens + ((now - bucket.filledAtMs) / 1000) * this.#perSecondMax);
    bucket.filledAtMs = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
