import type { Scope } from "../../storage/scope.js";

/** About 20 MB of ids. What is beyond is found by the sweep. */
const freshTracesMax = 100_000;

export interface FreshTracesOfScope {
  readonly scope: Scope;
  /** Oldest first: when each was noted, by a clock that never goes back. */
  readonly notedMs: ReadonlyMap<string, number>;
}

/** Traces of which documents were received that the index does not show yet. */
export class FreshTraces {
  readonly #tracesMax: number;
  readonly #scopes = new Map<string, { scope: Scope; notedMs: Map<string, number> }>();
  #size = 0;
  #overflowed = false;

  constructor(tracesMax = freshTracesMax) {
    this.#tracesMax = tracesMax;
  }

  get size(): number {
    return this.#size;
  }

  /** When the one that waits longest was noted; undefined if none waits. */
  get oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const { notedMs } of this.#scopes.values()) {
      const [first] = notedMs.values();
      if (first !== undefined && (oldest === undefined || first < oldest)) oldest = first;
    }
    return oldest;
  }

  /** A trace that waits already keeps its place. */
  note(scope: Scope, traceIds: Iterable<string>, nowMs: number): void {
    const key = `${scope.accountId}/${scope.region}`;
    let ofScope = this.#scopes.get(key);
    if (ofScope === undefined) {
      ofScope = { scope: { accountId: scope.accountId, region: scope.region }, notedMs: new Map() };
      this.#scopes.set(key, ofScope);
    }
    const { notedMs } = ofScope;
    for (const traceId of traceIds) {
      if (notedMs.has(traceId)) continue;
      if (this.#size >= this.#tracesMax) {
        this.#overflowed = true;
        break;
      }
      notedMs.set(traceId, nowMs);
      this.#size++;
    }
    if (notedMs.size === 0) this.#scopes.delete(key);
  }

  /** Takes up to so many traces of one scope, those that wait longest; scopes take turns. */
  take(tracesMax: number): FreshTracesOfScope | undefined {
    const [next] = this.#scopes;
    if (next === undefined) return undefined;
    const [key, { scope, notedMs }] = next;
    this.#scopes.delete(key);
    if (notedMs.size <= tracesMax) {
      this.#size -= notedMs.size;
      return { scope, notedMs };
    }
    const taken = new Map<string, number>();
    for (const [traceId, noted] of notedMs) {
      taken.set(traceId, noted);
      notedMs.delete(traceId);
      if (taken.size >= tracesMax) break;
    }
    this.#size -= taken.size;
    this.#scopes.set(key, { scope, notedMs });
    return { scope, notedMs: taken };
  }

  /** True once after traces were turned away. */
  takeOverflow(): boolean {
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    return overflowed;
  }
}
