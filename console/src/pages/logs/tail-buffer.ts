import { toTraceId } from "../../../../src/tracing/trace-id.js";

/** A log event, as FilterLogEvents tells it. */
export interface ShownEvent {
  readonly id: string;
  readonly timeMs: number;
  readonly stream: string;
  readonly message: string;
}

/** Events that a tail keeps: who reads more, searches. */
export const keptMax = 2_000;
/** Writers send events late and out of order: each look goes back so far before the newest that is known. */
const overlapMs = 15_000;

/** Puts what a look found into what is known: each event once, newest first. */
export function merged(known: readonly ShownEvent[], found: readonly ShownEvent[]): readonly ShownEvent[] {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = found.filter(({ id }) => !ids.has(id));
  if (fresh.length === 0) return known;
  return [...fresh, ...known]
    .sort((one, other) => other.timeMs - one.timeMs || (one.id < other.id ? 1 : -1))
    .slice(0, keptMax);
}

/** From when the next look looks. */
export function nextFromMs(known: readonly ShownEvent[], startMs: number): number {
  const newest = known[0]?.timeMs;
  return newest === undefined ? startMs : Math.max(startMs, newest - overlapMs);
}

/** A message's JSON in lines, or the message itself. */
export function readable(message: string): string {
  const value = jsonOf(message);
  return value === undefined ? message : JSON.stringify(value, null, 2);
}

/** The trace that a message of JSON says it is of, as spans do, and programs that write X-Ray's or W3C's id. */
export function traceIdOf(message: string): string | undefined {
  const { traceId, trace_id } = (jsonOf(message) ?? {}) as { traceId?: unknown; trace_id?: unknown };
  const id = traceId ?? trace_id;
  return typeof id === "string" ? toTraceId(id) : undefined;
}

function jsonOf(message: string): object | undefined {
  if (!/^\s*[[{]/.test(message)) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
