/** A statement that was translated, ready for the engine. */
export interface LakeQuery {
  /** UUID; names the result. Never run twice. */
  readonly queryId: string;
  /** When it was asked for, milliseconds; finds the result again. */
  readonly createdMs: number;
  /** One SELECT whose columns are text or NULL. */
  readonly sql: string;
}

export interface LakeQueryOutcome {
  /** Rows of the result. */
  readonly rows: number;
  /** Events in what the engine had to read, as its index of parts tells before the query runs. */
  readonly eventsScanned: number;
  /** What so many events of these stores hold, uncompressed. */
  readonly bytesScanned: number;
}

export type Cell = string | null;

/** What a query may take before it is ended. */
export interface LakeQueryLimits {
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly resultRows: number;
  readonly resultBytes: number;
}

/** Why a query has no result. */
export type LakeQueryEnd = "cancelled" | "timed-out" | "failed";

/** A query ended without a result; the message is for who asked. */
export class LakeQueryStopped extends Error {
  override readonly name = "LakeQueryStopped";

  constructor(
    readonly end: LakeQueryEnd,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs statements over event data stores and keeps their results. Every promise below has a test in `lake-queries.contract.ts`. */
export interface LakeQueries {
  /** Queries that run side by side in this process; more would wait for each other. They hold up no other read. */
  readonly atOnceMax: number;

  /**
   * Resolves once the whole result is durable; it never passes through this process.
   * @throws LakeQueryStopped if it was cancelled, took too long, was too large, or cannot be carried out.
   * @throws StoreUnavailable if the engine does not serve now.
   */
  run(query: LakeQuery): Promise<LakeQueryOutcome>;

  /** Ends a query, of whichever process. Resolves when the engine was told; `run` then rejects. Unknown ids are fine. */
  cancel(queryId: string): Promise<void>;

  /** Rows of a result from `fromRow` (0 is the first), in order: at most `limit`, and as many as `bytesMax` has room for but at least one. */
  rows(
    query: Pick<LakeQuery, "queryId" | "createdMs">,
    page: { readonly fromRow: number; readonly limit: number; readonly bytesMax: number },
  ): Promise<Cell[][]>;

  /** Removes results of queries asked for before; whole days at once. */
  forget(beforeMs: number): Promise<void>;
}
