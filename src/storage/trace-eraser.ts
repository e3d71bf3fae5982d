import type { Scope } from "./scope.js";

/** How much of some traces there is. */
export interface StoredAmount {
  readonly traces: number;
  readonly documents: number;
}

/** Removes traces from all that facts are kept in. Its promises are tested in `trace-eraser.contract.ts`. */
export interface TraceEraser {
  /** What is stored of the traces. Sees every put acknowledged before the call. */
  amountOf(scope: Scope, traceIds: readonly string[]): Promise<StoredAmount>;

  /** Ids of traces in the scope, in their order: a page of those after `after`. */
  traceIds(scope: Scope, after: string, limit: number): Promise<string[]>;

  /**
   * Removes every document and every row of the index of the traces that were acknowledged before the call. When it
   * resolves no reading gives any of them, also not after kill -9. Costs little where there is nothing.
   */
  eraseTraces(scope: Scope, traceIds: readonly string[]): Promise<void>;

  /** The same for the events of a log group that are spans of the traces. @param otelIds 32 hex digits each. */
  eraseSpans(scope: Scope, logGroupId: string, otelIds: readonly string[]): Promise<void>;

  /** The store's own clock, epoch seconds, rounded up. */
  nowSeconds(): Promise<number>;

  /**
   * Removes files that the store keeps for a while after it has replaced them, as far as that while is over.
   * @returns whether those that held what was erased by `erasedSeconds` of the store's clock have left the disk.
   */
  removeOldFiles(erasedSeconds: number): Promise<boolean>;
}
