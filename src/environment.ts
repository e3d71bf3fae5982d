import { randomBytes, randomUUID } from "node:crypto";

/**
 * What the outside world decides: the time, ids and randomness. Passed in everywhere, so that tests and simulations
 * can replay a week in seconds and find the same ids from the same seed.
 */
export interface Environment {
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  nowMs(): number;
  /** Milliseconds that never go back, for leases and timeouts. */
  monotonicMs(): number;
}

export interface Ids {
  /** A version 4 UUID. */
  uuid(): string;
  /** Cryptographically random bytes. */
  bytes(length: number): Buffer;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
};

export const systemEnvironment: Environment = { clock: systemClock, ids: systemIds };
