import type { UnprocessedTraceSegment } from "@aws-sdk/client-xray";
import type { SegmentRow } from "../../../storage/trace-store.js";
import type { AcceptedSegment, RejectedSegment, SegmentSink } from "../../../tracing/segment.js";

/** The documents of one call: rows to store, and what is said of those that are not. */
export class SegmentBatch implements SegmentSink {
  readonly rows: SegmentRow[] = [];
  readonly unprocessed: UnprocessedTraceSegment[] = [];
  readonly #receivedMs: number;

  constructor(receivedMs: number) {
    this.#receivedMs = receivedMs;
  }

  accept(segment: AcceptedSegment): void {
    this.rows.push({ ...segment, receivedMs: this.#receivedMs });
  }

  reject({ id, errorCode, message }: RejectedSegment): void {
    this.unprocessed.push({ ...(id !== undefined && { Id: id }), ErrorCode: errorCode, Message: message });
  }
}
