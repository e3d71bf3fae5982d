import type { UnprocessedTraceSegment } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SegmentRow } from "../../../storage/trace-store.js";
import type { RejectionLog } from "../../../tracing/rejections.js";
import type { AcceptedSegment, RejectedSegment, SegmentSink } from "../../../tracing/segment.js";

/** The documents of one call: rows to store, and what is said of those that are not. */
export class SegmentBatch implements SegmentSink {
  readonly rows: SegmentRow[] = [];
  readonly unprocessed: UnprocessedTraceSegment[] = [];
  readonly #scope: Scope;
  readonly #receivedMs: number;
  readonly #rejections: RejectionLog;

  constructor(scope: Scope, receivedMs: number, rejections: RejectionLog) {
    this.#scope = scope;
    this.#receivedMs = receivedMs;
    this.#rejections = rejections;
  }

  accept(segment: AcceptedSegment): void {
    this.rows.push({ ...segment, receivedMs: this.#receivedMs });
  }

  reject(rejected: RejectedSegment, document: string): void {
    const { id, errorCode, message } = rejected;
    this.unprocessed.push({ ...(id !== undefined && { Id: id }), ErrorCode: errorCode, Message: message });
    this.#rejections.note(this.#scope, this.#receivedMs, rejected, document);
  }
}
