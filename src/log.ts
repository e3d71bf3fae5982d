import type { Clock } from "./environment.js";

/** Our own log, for whoever runs the service: one JSON object a line on standard error. Never holds a secret. */
export interface Log {
  (message: string, facts?: Readonly<Record<string, unknown>>): void;
  /** Something failed; the cause is written with its own causes. */
  readonly failure: (message: string, cause: unknown) => void;
}

export function createLog(clock: Clock, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const log = (message: string, facts: Readonly<Record<string, unknown>> = {}) =>
    write(`${JSON.stringify({ time: new Date(clock.nowMs()).toISOString(), message, ...facts })}\n`);
  return Object.assign(log, {
    failure: (message: string, cause: unknown) => log(message, { cause: describe(cause) }),
  });
}

/** Causes of causes shown at most: enough to find one, bounded if they go in a circle. */
const causesMax = 5;

function describe(cause: unknown, depth = 0): unknown {
  if (!(cause instanceof Error)) return String(cause);
  return {
    error: cause.stack ?? `${cause.name}: ${cause.message}`,
    ...(cause.cause !== undefined && depth < causesMax && { cause: describe(cause.cause, depth + 1) }),
  };
}
