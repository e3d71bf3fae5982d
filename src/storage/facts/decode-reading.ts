import type { TraceReading } from "../trace-source.js";
import type { SegmentRow } from "../trace-store.js";

/** In the order of `read-traces.sql.ts`. */
const place = {
  traceId: 0,
  segmentId: 1,
  isSubsegment: 2,
  parentId: 3,
  startUs: 4,
  endUs: 5,
  hasEnd: 6,
  inProgress: 7,
  receivedMs: 8,
  version: 9,
  traceBytes: 10,
  more: 11,
  readUs: 12,
  document: 13,
} as const;

/**
 * What the engine answered to a reading of traces, as the traces it is. Of several rows of one segment the latest
 * counts.
 *
 * @param rows tab-separated, a row a line.
 */
export function readingOf(rows: Uint8Array, bytesMaxPerTrace: number): TraceReading {
  const text = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString();
  const traces = new Map<string, { rows: Map<string, readonly string[]>; bytes: number }>();
  let [readUs, more] = [0, false];
  for (let start = 0; start < text.length; ) {
    const lineFeed = text.indexOf("\n", start);
    const end = lineFeed === -1 ? text.length : lineFeed;
    const fields = text.slice(start, end).split("\t");
    start = end + 1;
    const traceId = fields[place.traceId]!;
    const segmentId = fields[place.segmentId]!;
    let trace = traces.get(traceId);
    if (trace === undefined) {
      trace = { rows: new Map(), bytes: Number(fields[place.traceBytes]) };
      traces.set(traceId, trace);
      readUs = Number(fields[place.readUs]);
      more = fields[place.more] === "1";
    }
    const other = trace.rows.get(segmentId);
    if (other === undefined || isLater(fields[place.version]!, other[place.version]!))
      trace.rows.set(segmentId, fields);
  }
  return {
    readUs,
    traces: [...traces].map(([traceId, trace]) => ({
      traceId,
      segments: [...trace.rows.values()].map(rowOf),
      truncated: trace.bytes > bytesMaxPerTrace,
    })),
    more,
  };
}

/** Whole numbers as texts: some are beyond exact numbers. */
function isLater(version: string, other: string): boolean {
  return version.length === other.length ? version > other : version.length > other.length;
}

function rowOf(fields: readonly string[]): SegmentRow {
  const parentId = fields[place.parentId]!;
  return {
    traceId: fields[place.traceId]!,
    segmentId: fields[place.segmentId]!,
    kind: fields[place.isSubsegment] === "1" ? "subsegment" : "segment",
    ...(parentId === "" ? {} : { parentId }),
    startTimeSeconds: Number(fields[place.startUs]) / 1_000_000,
    ...(fields[place.hasEnd] === "1" ? { endTimeSeconds: Number(fields[place.endUs]) / 1_000_000 } : {}),
    inProgress: fields[place.inProgress] === "1",
    receivedMs: Number(fields[place.receivedMs]),
    document: unescapedText(fields[place.document]!),
  };
}

/** Undoes what the engine does to texts in tab-separated rows. */
function unescapedText(text: string): string {
  return text.includes("\\") ? text.replace(/\\(.)/g, (_, code: string) => controlCharacters[code] ?? code) : text;
}

const controlCharacters: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", "0": "\0" };
