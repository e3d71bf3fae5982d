import type { Scope } from "../../storage/scope.js";
import type { ScopedTraceId } from "../../storage/trace-index.js";

/** Traces that are to be indexed again a fixed time from now, even if nothing more of them is received. */
export class LaterTraces {
  readonly #delayMs: number;
  readonly #tracesMax: number;
  readonly #timesMax: number;
  /** In the order in which they are due, as all wait equally long. */
  readonly #traces = new Map<string, ScopedTraceId & { readonly dueMs: number }>();
  /** How often those that were due have been so; until they are put off again or settled. */
  readonly #times = new Map<string, number>();
  /** How many were turned away. */
  turnedAway = 0;

  /** @param limits `timesMax`: how often a trace becomes due before it is given up. */
  constructor(delayMs: number, limits: { readonly tracesMax: number; readonly timesMax: number }) {
    this.#delayMs = delayMs;
    this.#tracesMax = limits.tracesMax;
    this.#timesMax = limits.timesMax;
  }

  get size(): number {
    return this.#traces.size;
  }

  /** Its time begins anew. */
  putOff(scope: Scope, traceId: string, nowMs: number): void {
    const key = keyOf(scope, traceId);
    this.#traces.delete(key);
    const times = this.#times.get(key) ?? 0;
    if (times >= this.#timesMax) this.#times.delete(key);
    else if (this.#traces.size >= this.#tracesMax) this.turnedAway++;
    else this.#traces.set(key, { scope, traceId, dueMs: nowMs + this.#delayMs });
  }

  /** It need not be looked at again. */
  settle(scope: Scope, traceId: string): void {
    if (this.#traces.size === 0 && this.#times.size === 0) return;
    const key = keyOf(scope, traceId);
    this.#traces.delete(key);
    this.#times.delete(key);
  }

  takeDue(nowMs: number): ScopedTraceId[] {
    const due: ScopedTraceId[] = [];
    for (const [key, { scope, traceId, dueMs }] of this.#traces) {
      if (dueMs > nowMs) break;
      this.#traces.delete(key);
      this.#times.set(key, (this.#times.get(key) ?? 0) + 1);
      due.push({ scope, traceId });
    }
    return due;
  }
}

function keyOf(scope: Scope, traceId: string): string {
  return `${scope.accountId}/${scope.region}/${traceId}`;
}
