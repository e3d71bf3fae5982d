import type { Scope } from "../scope.js";
import type { ScopedTraceId } from "../trace-index.js";
import type { TraceReading, TraceSource } from "../trace-source.js";
import type { SegmentRow, StoredTrace, TraceStore } from "../trace-store.js";
import { readingOf } from "./decode-reading.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { escapedField, RowWriter, wholeNumber } from "./row-writer.js";
import { readTraceHeads, readWholeTraces, traceSizes } from "./sql/read-traces.sql.js";
import { receivedTraces } from "./sql/received-traces.sql.js";

/** Two rows of one segment may arrive in one millisecond; this many can be told apart. */
const versionsPerMs = 10_000;
/** Of a time in milliseconds and a place among `versionsPerMs`. */
const versionDigits = 17;

/** All fields of most rows but the document. */
const fieldBytesExpected = 192;

/** Traces in the fact store. */
export class StoredTraces implements TraceStore, TraceSource {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  #sequence = 0;

  constructor(database: FactDatabase, writer: FactWriter) {
    this.#database = database;
    this.#writer = writer;
  }

  async putSegments(scope: Scope, batch: readonly SegmentRow[]): Promise<void> {
    if (batch.length === 0) return;
    let expectedBytes = 0;
    for (const segment of batch) expectedBytes += segment.document.length + fieldBytesExpected;
    const writer = new RowWriter(expectedBytes);
    const scopeFields = `${escapedField(scope.accountId)}\t${escapedField(scope.region)}`;
    for (const segment of batch) this.#write(writer, scopeFields, segment);
    await this.#writer.put({ table: "segments", rows: [writer.take()] });
  }

  async readTraces(scope: Scope, traceIds: readonly string[], bytesMaxPerTrace: number): Promise<StoredTrace[]> {
    if (traceIds.length === 0) return [];
    await this.#writer.visible("segments");
    const limits = { bytesMaxPerTrace, bytesMax: Number.MAX_SAFE_INTEGER };
    return [...(await this.readForIndex(scope, traceIds, limits)).traces];
  }

  settled(): Promise<void> {
    return this.#writer.settled("segments");
  }

  async readForIndex(
    scope: Scope,
    traceIds: readonly string[],
    limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
  ): Promise<TraceReading> {
    return readingOf(await this.readRows(scope, traceIds, limits), limits.bytesMaxPerTrace);
  }

  async readRows(
    scope: Scope,
    traceIds: readonly string[],
    limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
  ): Promise<Uint8Array> {
    if (traceIds.length === 0) return new Uint8Array();
    const sizes = await this.#database.query<{ trace_id: string; bytes: number }>("facts.traceSizes", traceSizes, {
      ...scope,
      traceIds,
    });
    const whole: string[] = [];
    let bytesLeft = limits.bytesMax;
    for (const { trace_id: traceId, bytes } of sizes) {
      // Large ones are few: what is beyond a limit is told apart by the store, which takes it some time.
      if (Number(bytes) > limits.bytesMaxPerTrace)
        return this.#database.queryBytes("facts.readTraces", readTraceHeads, { ...scope, traceIds, ...limits });
      bytesLeft -= Number(bytes);
      if (bytesLeft < 0 && whole.length > 0) break;
      whole.push(traceId);
    }
    if (whole.length === 0) return new Uint8Array();
    const more = whole.length < sizes.length ? 1 : 0;
    return this.#database.queryBytes("facts.readTraces", readWholeTraces, { ...scope, traceIds: whole, more });
  }

  async receivedTraces(range: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly after?: ScopedTraceId;
    readonly limit: number;
  }): Promise<ScopedTraceId[]> {
    await this.#writer.visible("segments");
    const rows = await this.#database.query<{ account_id: string; region: string; trace_id: string }>(
      "facts.receivedTraces",
      receivedTraces,
      {
        fromMs: range.fromMs,
        untilMs: range.untilMs,
        afterAccountId: range.after?.scope.accountId ?? "",
        afterRegion: range.after?.scope.region ?? "",
        afterTraceId: range.after?.traceId ?? "",
        limit: range.limit,
      },
    );
    return rows.map((row) => ({
      scope: { accountId: row.account_id, region: row.region },
      traceId: row.trace_id,
    }));
  }

  async firstReceivedMs(): Promise<number | undefined> {
    await this.#writer.visible("segments");
    // From what the engine keeps of each part: it reads no rows.
    const [row] = await this.#database.query<{ rows: number; first_ms: number }>(
      "facts.firstReceived",
      "SELECT count() AS rows, min(received_ms) AS first_ms FROM segments",
      {},
    );
    return row === undefined || Number(row.rows) === 0 ? undefined : Number(row.first_ms);
  }

  /** In the order of `factTables.segments`. */
  #write(row: RowWriter, scopeFields: string, segment: SegmentRow): void {
    const { traceId, segmentId, kind, parentId = "", startTimeSeconds, endTimeSeconds, receivedMs, document } = segment;
    const ids = `${escapedField(traceId)}\t${escapedField(segmentId)}`;
    const parent = `${kind === "subsegment" ? 1 : 0}\t${escapedField(parentId)}`;
    const times = `${microseconds(startTimeSeconds)}\t${microseconds(endTimeSeconds ?? startTimeSeconds)}`;
    const state = `${endTimeSeconds === undefined ? 0 : 1}\t${segment.inProgress ? 1 : 0}`;
    const receipt = `${wholeNumber(receivedMs)}\t${this.#versionOf(segment)}\t${Buffer.byteLength(document)}`;
    row.fields(`${scopeFields}\t${ids}\t${parent}\t${times}\t${state}\t${receipt}`).text(document).endRow();
  }

  /**
   * Decimal digits: whether it is complete, when it was received, and which came later within a millisecond. As text,
   * since 18 digits are beyond exact numbers; they are within 64 bits until the year 2286.
   */
  #versionOf({ inProgress, receivedMs }: SegmentRow): string {
    this.#sequence = (this.#sequence + 1) % versionsPerMs;
    const digits = `${receivedMs}${String(versionsPerMs + this.#sequence).slice(1)}`;
    return inProgress ? digits : `1${digits.padStart(versionDigits, "0")}`;
  }
}

/** Seconds as whole microseconds. @throws RangeError beyond the year 2255, up to which they are exact. */
function microseconds(seconds: number): number {
  return wholeNumber(Math.round(seconds * 1_000_000));
}
