import type { Scope } from "../scope.js";
import type { SealedBatch, Sealer } from "../sealed-traces.js";
import type { SegmentRow } from "../trace-store.js";
import { escapedField, RowWriter, wholeNumber } from "./row-writer.js";

/** All fields of most rows but the document. */
const fieldBytesExpected = 192;

/** Rows that are complete but for where their documents are. */
export interface UnsealedRows {
  readonly sealer: Sealer;
  readonly scope: Scope;
  readonly rows: readonly { readonly fields: string; readonly segment: SegmentRow }[];
  /** At most so many will be written, or little more. */
  readonly bytes: number;
}

/** @param fieldsOf of each row, from `segmentFields`. */
export function writeSegments(batch: readonly SegmentRow[], fieldsOf: (segment: SegmentRow) => string): Buffer {
  const writer = new RowWriter(bytesExpected(batch));
  for (const segment of batch)
    writer
      .fields(`${fieldsOf(segment)}\t`)
      .text(segment.document)
      .endRow();
  return writer.take();
}

export function bytesExpected(batch: readonly SegmentRow[]): number {
  let bytes = 0;
  for (const { document } of batch) bytes += document.length + fieldBytesExpected;
  return bytes;
}

/** Rows and the batches with their documents, those of each sealer together. */
export function writeSealed(unsealed: readonly UnsealedRows[]): Buffer[] {
  const bySealer = new Map<Sealer, UnsealedRows[]>();
  for (const some of unsealed) {
    const others = bySealer.get(some.sealer);
    if (others === undefined) bySealer.set(some.sealer, [some]);
    else others.push(some);
  }
  return [...bySealer].map(([sealer, several]) => {
    const rows = several.flatMap((some) => some.rows);
    const { batches, places } = sealer.seal(rows.map(({ segment }) => segment));
    const writer = new RowWriter(
      batches.reduce((bytes, { ciphertext }) => bytes + ciphertext.length, 0) +
        (batches.length + rows.length) * fieldBytesExpected,
    );
    for (const batch of batches) addBatch(writer, several[0]!.scope, batch);
    for (const [index, { fields }] of rows.entries()) {
      const { batchId, place } = places[index]!;
      writer.fields(`${fields}\t${batchId}\t${place}`).endRow();
    }
    return writer.take();
  });
}

export function writeBatches(scope: Scope, batches: readonly SealedBatch[]): Buffer {
  const writer = new RowWriter(0);
  for (const batch of batches) addBatch(writer, scope, batch);
  return writer.take();
}

function addBatch(writer: RowWriter, scope: Scope, { batchId, generation, receivedMs, ciphertext }: SealedBatch): void {
  const ids = `${scopeFields(scope)}\t${escapedField(batchId)}\t${escapedField(generation)}`;
  const ms = wholeNumber(receivedMs);
  writer.fields(`${ids}\t0\t\t${ms}000\t${ms}000\t0\t0\t${ms}\t0\t${ciphertext.length}\t`).text(ciphertext).endRow();
}

export function scopeFields({ accountId, region }: Scope): string {
  return `${escapedField(accountId)}\t${escapedField(region)}`;
}

/** In the order of `factTables.segments`, up to where the document is. */
export function segmentFields(scope: string, segment: SegmentRow, version: string): string {
  const { traceId, segmentId, kind, parentId = "", startTimeSeconds, endTimeSeconds, receivedMs, document } = segment;
  const ids = `${scope}\t${escapedField(traceId)}\t${escapedField(segmentId)}`;
  const parent = `${kind === "subsegment" ? 1 : 0}\t${escapedField(parentId)}`;
  const times = `${microseconds(startTimeSeconds)}\t${microseconds(endTimeSeconds ?? startTimeSeconds)}`;
  const state = `${endTimeSeconds === undefined ? 0 : 1}\t${segment.inProgress ? 1 : 0}`;
  return `${ids}\t${parent}\t${times}\t${state}\t${wholeNumber(receivedMs)}\t${version}\t${Buffer.byteLength(document)}`;
}

/** Seconds as whole microseconds. @throws RangeError beyond the year 2255, up to which they are exact. */
function microseconds(seconds: number): number {
  return wholeNumber(Math.round(seconds * 1_000_000));
}
