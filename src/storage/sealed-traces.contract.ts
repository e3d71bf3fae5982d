import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readingOf } from "./facts/decode-reading.js";
import type { SealedBatch, SealedTraces, Sealer } from "./sealed-traces.js";
import { newScope, noon, segment } from "./segment-row.fixture.js";
import type { TraceEraser } from "./trace-eraser.js";
import type { TraceSource } from "./trace-source.js";
import type { SegmentRow, TraceStore } from "./trace-store.js";

const everything = { bytesMaxPerTrace: 500_000, bytesMax: 10 * 1024 ** 2 };

function batchOf(ciphertext: string, given: Partial<SealedBatch> = {}): SealedBatch {
  const batchId = `0-${(noon / 1000).toString(16)}-${randomBytes(8).toString("hex")}`;
  return { batchId, generation: randomBytes(8).toString("hex"), receivedMs: noon + 1000, ciphertext, ...given };
}

/** "Encrypts" a batch a call, and remembers what it was given at once. */
function sealer(): Sealer & { readonly given: (readonly SegmentRow[])[] } {
  const given: (readonly SegmentRow[])[] = [];
  return {
    given,
    seal(rows) {
      given.push(rows);
      const batch = batchOf(`sealed\t\\${rows.length}`);
      return { batches: [batch], places: rows.map((_, place) => ({ batchId: batch.batchId, place })) };
    },
  };
}

interface Stores {
  readonly sealed: SealedTraces;
  readonly traces: TraceStore;
  readonly source: TraceSource;
  readonly eraser: TraceEraser;
}

/** The promises of `SealedTraces`. */
export function sealedTracesContract(name: string, stores: () => Stores): void {
  describe(`${name} as SealedTraces`, () => {
    it("keeps rows that tell where their documents are, and the batches beside them", async () => {
      const { sealed, traces, source } = stores();
      const scope = newScope();
      const rows = [segment(), segment({ kind: "subsegment", parentId: "00f067aa0ba902b7" })];
      const traceIds = rows.map(({ traceId }) => traceId);
      await sealed.putSealed(scope, rows, sealer());
      const [batchId, ...more] = await sealed.batchesOf(scope, traceIds);
      expect(more).toEqual([]);
      const read = (await traces.readTraces(scope, traceIds, 1000)).flatMap(({ segments }) => segments);
      const { document, ...first } = rows[0]!;
      expect(read).toContainEqual({ ...first, document: "", sealedIn: { batchId, place: 0 } });
      expect(await sealed.readBatches(scope, [batchId!])).toMatchObject([
        { batchId, receivedMs: noon + 1000, ciphertext: "sealed\t\\2" },
      ]);
      expect(await sealed.readBatches(newScope(), [batchId!])).toEqual([]);
      await source.settled();
      const found = await source.readRows(scope, [rows[1]!.traceId], everything);
      expect([...sealed.placesOf(found.rows)]).toEqual([[batchId, new Set([1])]]);
      expect(readingOf(found.rows, 1000, found.batches)).toMatchObject({
        traces: [],
        unreadable: [rows[1]!.traceId],
      });
      // A trace is as large as its documents are.
      const [head] = await traces.readTraces(scope, [traceIds[0]!], document.length - 1);
      expect(head?.segments ?? []).toEqual([]);
    });

    it("gives a sealer what becomes durable at once, of several calls, and no other's", async () => {
      const { sealed } = stores();
      const [scope, elsewhere] = [newScope(), newScope()];
      const [here, there] = [sealer(), sealer()];
      const calls = Array.from({ length: 10 }, () => [segment(), segment()]);
      await Promise.all([
        ...calls.map((rows) => sealed.putSealed(scope, rows, here)),
        sealed.putSealed(elsewhere, [segment()], there),
      ]);
      expect(here.given.flat()).toEqual(calls.flat());
      expect(here.given.length).toBeLessThan(calls.length);
      expect(there.given.map((rows) => rows.length)).toEqual([1]);
    });

    it("shows batches to nobody who looks for traces", async () => {
      const { sealed, source, eraser } = stores();
      const scope = newScope();
      const receivedMs = noon - randomBytes(4).readUInt32BE();
      const row = segment({ receivedMs });
      const batch = batchOf("sealed", { receivedMs });
      const seal = () => ({ batches: [batch], places: [{ batchId: batch.batchId, place: 0 }] });
      await sealed.putSealed(scope, [row], { seal });
      expect(await eraser.traceIds(scope, "", 10)).toEqual([row.traceId]);
      const received = await source.receivedTraces({ fromMs: receivedMs, untilMs: receivedMs + 1, limit: 10 });
      expect(received.filter((trace) => trace.scope.accountId === scope.accountId)).toEqual([
        { scope, traceId: row.traceId },
      ]);
    });

    it("adds generations of a batch, and removes those that are named", async () => {
      const { sealed } = stores();
      const scope = newScope();
      const row = segment();
      await sealed.putSealed(scope, [row], sealer());
      const [batchId] = await sealed.batchesOf(scope, [row.traceId]);
      const [first] = await sealed.readBatches(scope, [batchId!]);
      const second = batchOf("anew", { batchId: batchId! });
      await sealed.putBatches(scope, [second]);
      expect(await sealed.readBatches(scope, [batchId!])).toHaveLength(2);
      await sealed.eraseBatches(scope, [first!]);
      await sealed.eraseBatches(scope, []);
      expect(await sealed.readBatches(scope, [batchId!])).toEqual([second]);
      expect(await sealed.batchesOf(scope, [row.traceId])).toEqual([batchId]);
    });
  });
}
