import type { TraceReading } from "../trace-source.js";
import type { SegmentRow, StoredTrace } from "../trace-store.js";

/**
 * What the engine answered to `readForIndex`, as the traces it is.
 *
 * @param rows a JSON object a line.
 */
export function readingOf(rows: Uint8Array, bytesMaxPerTrace: number): TraceReading {
  const lines = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString().split("\n");
  const columns: (SegmentColumns & { readonly read_us: number; readonly more: number })[] = [];
  for (const line of lines) if (line !== "") columns.push(JSON.parse(line));
  const [first] = columns;
  return {
    readUs: Number(first?.read_us ?? 0),
    traces: tracesOf(columns, bytesMaxPerTrace),
    more: first?.more === 1,
  };
}

export interface SegmentColumns {
  readonly trace_id: string;
  readonly segment_id: string;
  readonly is_subsegment: number;
  readonly parent_id: string;
  readonly start_us: number;
  readonly end_us: number;
  readonly has_end: number;
  readonly in_progress: number;
  readonly received_ms: number;
  readonly document: string;
  readonly trace_bytes: number;
}

export function tracesOf(rows: readonly SegmentColumns[], bytesMaxPerTrace: number): StoredTrace[] {
  const traces = new Map<string, { segments: SegmentRow[]; bytes: number }>();
  for (const row of rows) {
    const trace = traces.get(row.trace_id);
    if (trace) trace.segments.push(segmentOf(row));
    else traces.set(row.trace_id, { segments: [segmentOf(row)], bytes: Number(row.trace_bytes) });
  }
  return [...traces].map(([traceId, { segments, bytes }]) => ({
    traceId,
    segments,
    truncated: bytes > bytesMaxPerTrace,
  }));
}

function segmentOf(row: SegmentColumns): SegmentRow {
  return {
    traceId: row.trace_id,
    segmentId: row.segment_id,
    kind: row.is_subsegment === 1 ? "subsegment" : "segment",
    ...(row.parent_id === "" ? {} : { parentId: row.parent_id }),
    startTimeSeconds: Number(row.start_us) / 1_000_000,
    ...(row.has_end === 1 ? { endTimeSeconds: Number(row.end_us) / 1_000_000 } : {}),
    inProgress: row.in_progress === 1,
    receivedMs: Number(row.received_ms),
    document: row.document,
  };
}
