import type { Scope } from "./scope.js";
import type { SegmentRow } from "./trace-store.js";

/** Where a document is among those that are encrypted with it. */
export interface DocumentPlace {
  readonly batchId: string;
  readonly place: number;
}

/** Documents of an account and region in one ciphertext. */
export interface SealedBatch {
  /** `0-8hex-16hex`: seconds first, so that batches of one time stand together. No trace has such an id. */
  readonly batchId: string;
  /** 16 hex digits, others each time it is written anew. */
  readonly generation: string;
  /** That of its documents, which are of one day: it is kept as long as they are. */
  readonly receivedMs: number;
  readonly ciphertext: string;
}

/** Encrypts for one scope. */
export interface Sealer {
  /** @returns a place for each row, in their order. Must not throw: the rows of others are stored with these. */
  seal(rows: readonly SegmentRow[]): {
    readonly batches: readonly SealedBatch[];
    readonly places: readonly DocumentPlace[];
  };
}

/**
 * Traces whose documents are kept apart from their rows, encrypted by whoever uses this. Its promises are tested in
 * `sealed-traces.contract.ts`.
 */
export interface SealedTraces {
  /**
   * As `TraceStore.putSegments`: rows and batches become durable and visible together. Documents that are written at
   * once are given to the sealer at once, those of several calls that have the same one included.
   */
  putSealed(scope: Scope, rows: readonly SegmentRow[], sealer: Sealer): Promise<void>;

  /** Those that exist, every generation of each. */
  readBatches(scope: Scope, batchIds: readonly string[]): Promise<SealedBatch[]>;

  /** Where the documents are that rows of `TraceSource.readRows` refer to: places, by the ids of batches. */
  placesOf(rows: Uint8Array): ReadonlyMap<string, ReadonlySet<number>>;

  /** The batches into which documents of the traces were ever put, those of replaced rows included. */
  batchesOf(scope: Scope, traceIds: readonly string[]): Promise<string[]>;

  /** Adds generations. Resolves once they are durable and visible. */
  putBatches(scope: Scope, batches: readonly SealedBatch[]): Promise<void>;

  /** Removes these generations, as `TraceEraser` removes rows. */
  eraseBatches(scope: Scope, batches: readonly SealedBatch[]): Promise<void>;
}
