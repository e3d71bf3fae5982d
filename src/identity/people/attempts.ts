import type { Clock } from "../../environment.js";

/** Too many attempts failed, or too many wait for their turn. The front door tells the caller to slow down. */
export class TooManyAttempts extends Error {
  constructor() {
    super("too many attempts");
    this.name = "TooManyAttempts";
  }
}

export interface AttemptRules {
  /** The attempt from which on there is a delay after each. */
  readonly freeMax: number;
  /** Delay after that one; it doubles with each further. */
  readonly firstDelayMs: number;
  readonly delayMsMax: number;
}

/** Of one user: after 15 failures a guess takes a quarter of an hour. */
export const userAttempts: AttemptRules = { freeMax: 5, firstDelayMs: 1_000, delayMsMax: 15 * 60_000 };
/** Of one address, which an office may share. */
export const addressAttempts: AttemptRules = { freeMax: 20, firstDelayMs: 1_000, delayMsMax: 60_000 };

/** What failed so long ago is forgotten. */
const forgottenMs = 60 * 60_000;
const entriesMax = 65_536;

interface Entry {
  failures: number;
  lastMs: number;
  blockedUntilMs: number;
}

/**
 * Slows down guessing. An attempt counts as failed from its beginning, so that guesses sent side by side count, too;
 * success takes them back. An attempt that is refused here is not made, and does not lengthen the delay: whoever knows the
 * secret gets in once it is over, however many others try. Kept in the memory of this process, in a table with a limit;
 * when it is full the entry touched longest ago goes.
 */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #rules: AttemptRules;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, rules: AttemptRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Begins an attempt. @throws TooManyAttempts while there is a delay. */
  begin(who: string): void {
    const nowMs = this.#clock.monotonicMs();
    let entry = this.#entries.get(who);
    if (entry === undefined || nowMs - entry.lastMs > forgottenMs)
      entry = { failures: 0, lastMs: nowMs, blockedUntilMs: 0 };
    if (nowMs < entry.blockedUntilMs) throw new TooManyAttempts();
    const { freeMax, firstDelayMs, delayMsMax } = this.#rules;
    entry.failures++;
    entry.lastMs = nowMs;
    const delays = entry.failures - freeMax;
    if (delays >= 0) entry.blockedUntilMs = nowMs + Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(delays, 30));
    this.#entries.delete(who);
    if (this.#entries.size >= entriesMax) this.#entries.delete(this.#entries.keys().next().value as string);
    this.#entries.set(who, entry);
  }

  /** The attempt succeeded: what failed before it is forgotten. */
  forget(who: string): void {
    this.#entries.delete(who);
  }

  /** The attempt succeeded, which says nothing of the others from there: it alone is taken back. */
  takeBack(who: string): void {
    const entry = this.#entries.get(who);
    if (entry === undefined) return;
    entry.failures--;
    if (entry.failures < this.#rules.freeMax) entry.blockedUntilMs = 0;
  }
}
