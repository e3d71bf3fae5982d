import type { Scope } from "../../storage/scope.js";

/** About 20 MB. */
const placesMax = 100_000;

/**
 * Where traces stand in the index, those alone that do not stand at the time in their id: that time never changes, while
 * the first start of a trace does. Forgets those first that were put there longest ago.
 */
export class Places {
  readonly #places = new Map<string, { readonly timeMs: number; readonly putMs: number }>();
  readonly #placesMax: number;
  #knownSinceMs: number;

  constructor(nowMs: number, max = placesMax) {
    this.#knownSinceMs = nowMs;
    this.#placesMax = max;
  }

  get(scope: Scope, traceId: string): number | undefined {
    if (this.#places.size === 0) return undefined;
    return this.#places.get(keyOf(scope, traceId))?.timeMs;
  }

  /** Whether a trace of which nothing was received before a point in time would be remembered. */
  wouldKnow(receivedFromMs: number): boolean {
    return receivedFromMs > this.#knownSinceMs;
  }

  set(scope: Scope, traceId: string, timeMs: number, nowMs: number): void {
    const key = keyOf(scope, traceId);
    this.#places.delete(key);
    this.#places.set(key, { timeMs, putMs: nowMs });
    if (this.#places.size <= this.#placesMax) return;
    const [[oldest, { putMs }]] = this.#places as unknown as [[string, { putMs: number }]];
    this.#places.delete(oldest);
    this.#knownSinceMs = Math.max(this.#knownSinceMs, putMs);
  }
}

function keyOf(scope: Scope, traceId: string): string {
  return `${scope.accountId}/${scope.region}/${traceId}`;
}
