import type { Scope } from "./scope.js";
import type { DocumentPlace } from "./sealed-traces.js";

/** One stored document: a segment, or a subsegment that was sent on its own. */
export interface SegmentRow {
  /** `1-8hex-24hex`, lower case. */
  readonly traceId: string;
  /** 16 hex digits, lower case. */
  readonly segmentId: string;
  readonly kind: "segment" | "subsegment";
  readonly parentId?: string;
  /** Epoch seconds with microseconds kept. */
  readonly startTimeSeconds: number;
  /** Absent while in progress. */
  readonly endTimeSeconds?: number;
  readonly inProgress: boolean;
  /** When it was received, milliseconds since the epoch. */
  readonly receivedMs: number;
  /** The document as it was sent (validated, not normalised): at most 64 KB of JSON. */
  readonly document: string;
  /** Where the document is while it is encrypted; `document` is empty then. Nobody above what decrypts sees this. */
  readonly sealedIn?: DocumentPlace;
}

export interface StoredTrace {
  readonly traceId: string;
  readonly segments: readonly SegmentRow[];
  /** True if the trace is larger than `bytesMax` and `segments` holds only its head. */
  readonly truncated: boolean;
}

/** Where traces live. Every promise below has a test in `trace-store.contract.ts`. */
export interface TraceStore {
  /**
   * Resolves once the whole batch is durable (survives kill -9); rejects with StoreUnavailable if that is not known,
   * with StoreBusy if the queue is full and nothing was stored. The same (traceId, segmentId) again replaces the former:
   * a complete document always wins over one in progress, else the one received last. A daemon may resend freely.
   */
  putSegments(scope: Scope, batch: readonly SegmentRow[]): Promise<void>;

  /** The traces that exist among `traceIds`, in no particular order, each with one row per segment id. */
  readTraces(scope: Scope, traceIds: readonly string[], bytesMaxPerTrace: number): Promise<StoredTrace[]>;
}
