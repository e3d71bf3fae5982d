import type { Scope } from "./scope.js";
import type { ScopedTraceId } from "./trace-index.js";
import type { StoredTrace } from "./trace-store.js";

export interface TraceReading {
  /** Microseconds since the epoch, by the clock of the store. Everything visible before this moment is in `traces`. */
  readonly readUs: number;
  /** As `TraceStore.readTraces` gives them. */
  readonly traces: readonly StoredTrace[];
  /** There are more than could be read at once. */
  readonly more: boolean;
}

/** What the index of traces is made from. Its promises are tested in `trace-source.contract.ts`. */
export interface TraceSource {
  /**
   * Resolves once readings hold every document acknowledged before the call. It does not hurry the store, as a reader
   * does who waits for an answer. Rejects with StoreUnavailable if the store cannot take them now.
   */
  settled(): Promise<void>;

  /**
   * Traces as they stand now, with every document that was settled before the call. Of traces that together are larger
   * than `bytesMax` only the first few come; one at least, if `bytesMax` is not below `bytesMaxPerTrace`.
   */
  readForIndex(
    scope: Scope,
    traceIds: readonly string[],
    limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
  ): Promise<TraceReading>;

  /**
   * The same as bytes, for whoever reads them elsewhere (`readingOf` of the store); undefined for what only
   * `readForIndex` can read.
   */
  readRows(
    scope: Scope,
    traceIds: readonly string[],
    limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
  ): Promise<Uint8Array | undefined>;

  /** Every trace with a document received in a range of time (epoch milliseconds), a page at a time, in a fixed order. */
  receivedTraces(range: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly after?: ScopedTraceId;
    readonly limit: number;
  }): Promise<ScopedTraceId[]>;

  /** When the oldest document that is kept was received, in epoch milliseconds; undefined if there is none. */
  firstReceivedMs(): Promise<number | undefined>;
}
