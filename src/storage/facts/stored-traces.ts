import type { Scope } from "../scope.js";
import type { SealedBatch, SealedTraces, Sealer } from "../sealed-traces.js";
import type { ScopedTraceId } from "../trace-index.js";
import type { TraceRows, TraceSource } from "../trace-source.js";
import type { SegmentRow, StoredTrace, TraceStore } from "../trace-store.js";
import { placesOf, readingOf } from "./decode-reading.js";
import { bytesExpected, scopeFields, segmentFields, writeBatches, writeSegments } from "./encode-segments.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { idsAtOnce } from "./ids-at-once.js";
import { batchesOfTraces } from "./sql/erase-traces.sql.js";
import { readBatches, readTraceHeads, readWholeTraces, traceSizes } from "./sql/read-traces.sql.js";
import { receivedTraces } from "./sql/received-traces.sql.js";
import type { StoredErasing } from "./stored-erasing.js";

/** Two rows of one segment may arrive in one millisecond; this many can be told apart. */
const versionsPerMs = 10_000;
/** Of a time in milliseconds and a place among `versionsPerMs`. */
const versionDigits = 17;

const noBatches: ReadonlyMap<string, Uint8Array> = new Map();

/** Traces in the fact store. */
export class StoredTraces implements TraceStore, TraceSource, SealedTraces {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #erasing: StoredErasing;
  #sequence = 0;

  constructor(database: FactDatabase, writer: FactWriter, erasing: StoredErasing) {
    this.#database = database;
    this.#writer = writer;
    this.#erasing = erasing;
  }

  async putSegments(scope: Scope, batch: readonly SegmentRow[]): Promise<void> {
    if (batch.length === 0) return;
    const inScope = scopeFields(scope);
    const rows = writeSegments(batch, (segment) => segmentFields(inScope, segment, this.#versionOf(segment)));
    await this.#writer.put({ table: "segments", rows: [rows] });
  }

  async putSealed(scope: Scope, batch: readonly SegmentRow[], sealer: Sealer): Promise<void> {
    if (batch.length === 0) return;
    const inScope = scopeFields(scope);
    const rows = batch.map((segment) => ({
      segment,
      fields: segmentFields(inScope, segment, this.#versionOf(segment)),
    }));
    const unsealed = { sealer, scope, rows, bytes: bytesExpected(batch) };
    await this.#writer.put({ table: "segments", rows: [], unsealed });
  }

  async readTraces(scope: Scope, traceIds: readonly string[], bytesMaxPerTrace: number): Promise<StoredTrace[]> {
    if (traceIds.length === 0) return [];
    await this.#writer.visible("segments");
    const limits = { bytesMaxPerTrace, bytesMax: Number.MAX_SAFE_INTEGER };
    return [...readingOf(await this.#read(scope, traceIds, limits), bytesMaxPerTrace).traces];
  }

  settled(): Promise<void> {
    return this.#writer.settled("segments");
  }

  async readRows(
    scope: Scope,
    traceIds: readonly string[],
    limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
  ): Promise<TraceRows> {
    return { rows: await this.#read(scope, traceIds, limits), batches: noBatches };
  }

  placesOf(rows: Uint8Array): ReadonlyMap<string, ReadonlySet<number>> {
    return placesOf(rows);
  }

  async readBatches(scope: Scope, batchIds: readonly string[]): Promise<SealedBatch[]> {
    const batches: SealedBatch[] = [];
    for (const traceIds of idsAtOnce(batchIds)) {
      const rows = await this.#database.query<{
        batch_id: string;
        generation: string;
        received_ms: string;
        ciphertext: string;
      }>("facts.readBatches", readBatches, { ...scope, traceIds });
      for (const { batch_id: batchId, generation, received_ms, ciphertext } of rows)
        batches.push({ batchId, generation, receivedMs: Number(received_ms), ciphertext });
    }
    return batches;
  }

  async batchesOf(scope: Scope, traceIds: readonly string[]): Promise<string[]> {
    await this.#writer.visible("segments");
    const found = new Set<string>();
    for (const some of idsAtOnce(traceIds))
      for (const row of await this.#database.query<{ batch_id: string }>("facts.batchesOf", batchesOfTraces, {
        ...scope,
        traceIds: some,
      }))
        found.add(row.batch_id);
    return [...found];
  }

  async putBatches(scope: Scope, batches: readonly SealedBatch[]): Promise<void> {
    if (batches.length === 0) return;
    await this.#writer.put({ table: "segments", rows: [writeBatches(scope, batches)] });
    await this.#writer.visible("segments");
  }

  eraseBatches(scope: Scope, batches: readonly SealedBatch[]): Promise<void> {
    return this.#erasing.eraseGenerations(scope, batches);
  }

  async #read(
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
