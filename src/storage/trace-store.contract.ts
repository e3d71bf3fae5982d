import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Scope } from "./scope.js";
import type { SegmentRow, TraceStore } from "./trace-store.js";

const noon = Date.UTC(2026, 2, 1, 12);

/** Tests share one store, so each has an account of its own. */
function newScope(): Scope {
  return { accountId: randomBytes(8).toString("hex"), region: "eu-west-1" };
}

function traceIdAt(timeMs: number): string {
  const seconds = Math.floor(timeMs / 1000);
  return `1-${seconds.toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
}

/** A complete segment of 50 ms at noon in a trace of its own, but for what is said. */
function segment(given: Partial<SegmentRow> & { startMs?: number; endMs?: number } = {}): SegmentRow {
  const { startMs = noon, endMs = startMs + 50, ...row } = given;
  return {
    traceId: traceIdAt(startMs),
    segmentId: randomBytes(8).toString("hex"),
    kind: "segment",
    startTimeSeconds: startMs / 1000,
    ...(row.inProgress ? {} : { endTimeSeconds: endMs / 1000 }),
    inProgress: false,
    receivedMs: Math.round(startMs) + 1000,
    document: JSON.stringify({ name: "shop" }),
    ...row,
  };
}

/** The promises of `TraceStore`. */
export function traceStoreContract(name: string, store: () => TraceStore): void {
  const everything = 10 * 1024 ** 2;

  async function read(scope: Scope, traceId: string, bytesMax = everything) {
    const [trace] = await store().readTraces(scope, [traceId], bytesMax);
    return trace;
  }

  describe(`${name} as a TraceStore`, () => {
    it("gives back what was put, character by character", async () => {
      const scope = newScope();
      const segments = [
        segment({
          parentId: "00f067aa0ba902b7",
          kind: "subsegment",
          document: '{"name":"\\ud800 \u0000 é😀\u2028\n\t; \';--{x:String}"}',
        }),
        segment({ startMs: noon + 0.123, endMs: noon + 0.456 }),
        segment({ inProgress: true }),
      ];
      await store().putSegments(scope, segments);
      for (const row of segments) expect((await read(scope, row.traceId))?.segments).toEqual([row]);
    });

    it("keeps microseconds", async () => {
      const scope = newScope();
      const row = segment({ startTimeSeconds: 1480615200.010001, endTimeSeconds: 1480615200.090003 });
      await store().putSegments(scope, [row]);
      expect((await read(scope, row.traceId))?.segments).toEqual([row]);
    });

    it("gives the traces that exist among those asked for, each whole", async () => {
      const scope = newScope();
      const [first, other] = [segment(), segment()];
      const second = segment({ traceId: first.traceId });
      await store().putSegments(scope, [first, second]);
      await store().putSegments(scope, [other]);
      const traces = await store().readTraces(scope, [first.traceId, other.traceId, traceIdAt(noon)], everything);
      expect(traces).toHaveLength(2);
      const ids = (traceId: string) =>
        traces
          .find((trace) => trace.traceId === traceId)
          ?.segments.map((row) => row.segmentId)
          .sort();
      expect(ids(first.traceId)).toEqual([first.segmentId, second.segmentId].sort());
      expect(ids(other.traceId)).toEqual([other.segmentId]);
      expect(traces.every((trace) => !trace.truncated)).toBe(true);
      expect(await store().readTraces(scope, [], everything)).toEqual([]);
    });

    it("keeps accounts and regions apart", async () => {
      const scope = newScope();
      const row = segment();
      await store().putSegments(scope, [row]);
      for (const elsewhere of [newScope(), { ...scope, region: "us-east-1" }]) {
        expect(await store().readTraces(elsewhere, [row.traceId], everything)).toEqual([]);
      }
    });

    it("keeps one copy of a segment that was sent twice", async () => {
      const scope = newScope();
      const row = segment();
      await store().putSegments(scope, [row, row]);
      await store().putSegments(scope, [row]);
      expect((await read(scope, row.traceId))?.segments).toEqual([row]);
    });

    it("replaces a segment by the one received last", async () => {
      const scope = newScope();
      const first = segment({ document: '{"n":1}' });
      const last = { ...first, document: '{"n":3}', receivedMs: first.receivedMs + 2 };
      const between = { ...first, document: '{"n":2}', receivedMs: first.receivedMs + 1 };
      for (const row of [first, last, between]) await store().putSegments(scope, [row]);
      expect((await read(scope, first.traceId))?.segments).toEqual([last]);
    });

    it("takes the later of two that were received in the same millisecond", async () => {
      const scope = newScope();
      const first = segment({ document: '{"n":1}' });
      const last = { ...first, document: '{"n":2}' };
      await store().putSegments(scope, [first, last]);
      expect((await read(scope, first.traceId))?.segments).toEqual([last]);
    });

    it("prefers a complete document to one in progress, whichever came last", async () => {
      const scope = newScope();
      const complete = segment();
      const { endTimeSeconds: _none, ...rest } = complete;
      const inProgress = { ...rest, inProgress: true, receivedMs: complete.receivedMs + 5000, document: "{}" };
      await store().putSegments(scope, [complete]);
      await store().putSegments(scope, [inProgress]);
      expect((await read(scope, complete.traceId))?.segments).toEqual([complete]);
    });

    it("gives the head of a trace that is larger than allowed, and says so", async () => {
      const scope = newScope();
      const traceId = traceIdAt(noon);
      const document = `"${"x".repeat(998)}"`;
      const rows = [3, 1, 2, 0].map((second) => segment({ traceId, startMs: noon + second * 1000, document }));
      await store().putSegments(scope, rows);
      const head = await read(scope, traceId, 2500);
      expect(head?.truncated).toBe(true);
      expect(head?.segments.map((row) => row.startTimeSeconds).sort()).toEqual([noon / 1000, noon / 1000 + 1]);
      expect(await read(scope, traceId, 4000)).toMatchObject({ truncated: false, segments: { length: 4 } });
    });

    it("refuses a time that is no number, alone", async () => {
      const scope = newScope();
      const good = segment();
      const [bad, well] = await Promise.allSettled([
        store().putSegments(scope, [segment({ startTimeSeconds: Number.NaN })]),
        store().putSegments(scope, [good]),
      ]);
      expect([bad.status, well.status]).toEqual(["rejected", "fulfilled"]);
      expect((await read(scope, good.traceId))?.segments).toEqual([good]);
    });

    it("sees every batch that was acknowledged before, while others are on their way", async () => {
      const scope = newScope();
      for (let round = 0; round < 15; round++) {
        const noise = store().putSegments(newScope(), [segment()]);
        const row = segment();
        await store().putSegments(scope, [row]);
        expect(await read(scope, row.traceId)).toBeDefined();
        await noise;
      }
    });
  });
}
