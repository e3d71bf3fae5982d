import type { UnprocessedTraceSegment } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SegmentRow } from "../../../storage/trace-store.js";
import type { Masker } from "../../../tracing/masking/masker.js";
import type { RejectionLog } from "../../../tracing/rejections.js";
import type { AcceptedSegment, RejectedSegment, SegmentSink } from "../../../tracing/segment.js";

/** The documents of one call: rows to store, and what is said of those that are not. Neither holds what is masked. */
export class SegmentBatch implements SegmentSink {
  readonly rows: SegmentRow[] = [];
  readonly unprocessed: UnprocessedTraceSegment[] = [];
  readonly #scope: Scope;
  readonly #receivedMs: number;
  readonly #rejections: RejectionLog;
  readonly #masker: Masker | undefined;

  constructor(parts: {
    readonly scope: Scope;
    readonly receivedMs: number;
    readonly rejections: RejectionLog;
    readonly masker: Masker | undefined;
  }) {
    this.#scope = parts.scope;
    this.#receivedMs = parts.receivedMs;
    this.#rejections = parts.rejections;
    this.#masker = parts.masker;
  }

  accept(segment: AcceptedSegment): void {
    const document = this.#masker === undefined ? segment.document : this.#masker.document(segment.document);
    this.rows.push({ ...segment, document, receivedMs: this.#receivedMs });
  }

  /** Refuses what was accepted of the traces. */
  refuseErased(erased: ReadonlySet<string>): void {
    const kept = this.rows.filter(({ traceId }) => !erased.has(traceId));
    for (const { traceId, segmentId } of this.rows)
      if (erased.has(traceId))
        this.reject(
          { id: segmentId, errorCode: "TraceErased", message: "Invalid segment. ErrorCode: TraceErased" },
          "",
        );
    this.rows.splice(0, this.rows.length, ...kept);
  }

  reject(rejected: RejectedSegment, document: string): void {
    const { id, errorCode, message } = rejected;
    this.unprocessed.push({ ...(id !== undefined && { Id: id }), ErrorCode: errorCode, Message: message });
    const example = this.#masker === undefined || document === "" ? document : this.#masker.example(document);
    this.#rejections.note(this.#scope, this.#receivedMs, rejected, example);
  }
}
