import type { Scope } from "./scope.js";
import type { ScopedTraceId } from "./trace-index.js";
import type { StoredTrace } from "./trace-store.js";

/** Rows as the store gives them, to be read elsewhere. */
export interface TraceRows {
  readonly rows: Uint8Array;
  /** Contents of the batches that rows refer to, by their ids (`DocumentBatch`); those that can be opened now. */
  readonly batches: ReadonlyMap<string, Uint8Array>;
}

export interface TraceReading {
  /** Microseconds since the epoch, by the clock of the store. Everything visible before this moment is in `traces`. */
  readonly readUs: number;
  /** As `TraceStore.readTraces` gives them. */
  readonly traces: readonly StoredTrace[];
  /** Traces of which nothing can be read now, as their key cannot be used, or they are being erased. */
  readonly unreadable: readonly string[];
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
   * Traces as they stand now, with every document that was settled before the call, for the store's `readingOf`. Of traces
   * that together are larger than `bytesMax` only the first few come; one at least, if `bytesMax` is not below
   * `bytesMaxPerTrace`.
   */
  readRows(
    scope: Scope,
    traceIds: readonly string[],
    limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
  ): Promise<TraceRows>;

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
