import { DocumentBatch } from "../document-batch.js";
import type { TraceReading } from "../trace-source.js";
import type { SegmentRow, StoredTrace } from "../trace-store.js";

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
  batchId: 13,
  document: 14,
} as const;

/**
 * What the engine answered to a reading of traces, as the traces it is. Of several rows of one segment the latest
 * counts.
 *
 * @param rows    tab-separated, a row a line.
 * @param batches where documents are in batches, the contents of those that can be opened: the others are left out. Without
 *                it rows say where their documents are.
 */
export function readingOf(
  rows: Uint8Array,
  bytesMaxPerTrace: number,
  batches?: ReadonlyMap<string, Uint8Array>,
): TraceReading {
  const text = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString();
  const traces = new Map<string, { rows: Map<string, readonly string[]>; bytes: number }>();
  let [readUs, more] = [0, false];
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
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
  const found: StoredTrace[] = [];
  const unreadable: string[] = [];
  const opened = opener(batches);
  for (const [traceId, trace] of traces) {
    const segments = [...trace.rows.values()].flatMap((fields) => opened(rowOf(fields)) ?? []);
    if (segments.length === 0) unreadable.push(traceId);
    else found.push({ traceId, segments, truncated: trace.bytes > bytesMaxPerTrace });
  }
  return { readUs, traces: found, unreadable, more };
}

/** @param rows as for `readingOf`. @returns the places at which their documents are, by the ids of batches. */
export function placesOf(rows: Uint8Array): Map<string, Set<number>> {
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const places = new Map<string, Set<number>>();
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found === -1 ? bytes.length : found;
    const afterId = bytes.lastIndexOf(tab, end - 1);
    const beforeId = bytes.lastIndexOf(tab, afterId - 1);
    start = end + 1;
    if (beforeId + 1 === afterId) continue;
    const batchId = bytes.toString("latin1", beforeId + 1, afterId);
    const place = Number(bytes.toString("latin1", afterId + 1, end));
    const others = places.get(batchId);
    if (others === undefined) places.set(batchId, new Set([place]));
    else others.add(place);
  }
  return places;
}

/** Gives rows with their documents. */
function opener(batches: ReadonlyMap<string, Uint8Array> | undefined): (row: SegmentRow) => SegmentRow | undefined {
  const read = new Map<string, DocumentBatch>();
  return (row) => {
    if (row.sealedIn === undefined || batches === undefined) return row;
    const { batchId } = row.sealedIn;
    let batch = read.get(batchId);
    if (batch === undefined) {
      const bytes = batches.get(batchId);
      if (bytes === undefined) return undefined;
      batch = new DocumentBatch(bytes);
      read.set(batchId, batch);
    }
    const document = batch.documentOf(row);
    if (document === undefined) return undefined;
    const { sealedIn, ...known } = row;
    return { ...known, document };
  };
}

/** Whole numbers as texts: some are beyond exact numbers. */
function isLater(version: string, other: string): boolean {
  return version.length === other.length ? version > other : version.length > other.length;
}

function rowOf(fields: readonly string[]): SegmentRow {
  const parentId = fields[place.parentId]!;
  const batchId = fields[place.batchId]!;
  const document = fields[place.document]!;
  return {
    traceId: fields[place.traceId]!,
    segmentId: fields[place.segmentId]!,
    kind: fields[place.isSubsegment] === "1" ? "subsegment" : "segment",
    ...(parentId === "" ? {} : { parentId }),
    startTimeSeconds: Number(fields[place.startUs]) / 1_000_000,
    ...(fields[place.hasEnd] === "1" ? { endTimeSeconds: Number(fields[place.endUs]) / 1_000_000 } : {}),
    inProgress: fields[place.inProgress] === "1",
    receivedMs: Number(fields[place.receivedMs]),
    ...(batchId === ""
      ? { document: unescapedText(document) }
      : { document: "", sealedIn: { batchId, place: Number(document) } }),
  };
}

const tab = 0x09;
const lineFeed = 0x0a;

/** Undoes what the engine does to texts in tab-separated rows. */
export function unescapedText(text: string): string {
  return text.includes("\\") ? text.replace(/\\(.)/g, (_, code: string) => controlCharacters[code] ?? code) : text;
}

const controlCharacters: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", "0": "\0" };
