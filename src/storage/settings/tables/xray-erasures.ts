/** Erasures of traces that were asked for. The rows stay: what was erased, by whom and why. */
interface XrayErasures {
  erasure_id: string;
  account_id: string;
  region: string;
  /** `SCHEDULED`, `RUNNING`, `COMPLETE` or `FAILED`. */
  status: string;
  dry_run: number;
  reason: string;
  reference: string;
  /** ARN, or what the record calls the caller. */
  requested_by: string;
  created_ms: number;
  /** Empty: by ids. */
  annotation_key: string;
  /** Keyed. */
  value_hash: string;
  /** When a worker last began or went on; 0: none has. */
  begun_ms: number;
  /** When everything that matched was known, and refused from then on; 0: not yet. */
  matched_ms: number;
  /** When it was first erased; 0: not yet. */
  erased_ms: number;
  ended_ms: number;
  /** By the clock of the fact store, epoch seconds; 0: nothing was erased. */
  erased_store_s: number;
  /** When the engine's old files were gone; 0: not yet. */
  purged_ms: number;
  trace_count: number;
  document_count: number;
  /** SHA-256 of the ids, sorted, each with a line feed. */
  ids_sha256: string;
  failure: string;
}

/** What erasures that have not ended look for: it may say whom they are about, and goes with their end. */
interface XrayErasureSelectors {
  erasure_id: string;
  /** JSON of a `Selector`. */
  sealed: string;
}

/** Traces that were erased: what is received of them later is refused. */
interface XrayErasedTraces {
  account_id: string;
  region: string;
  trace_id: string;
  /** The latest that erased it. */
  erasure_id: string;
  erased_ms: number;
}

export interface XrayErasureTables {
  xray_erasures: XrayErasures;
  xray_erasure_selectors: XrayErasureSelectors;
  xray_erased_traces: XrayErasedTraces;
}
