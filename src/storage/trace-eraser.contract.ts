import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LogEventStore } from "./log-event-store.js";
import { newScope, noon, segment } from "./segment-row.fixture.js";
import type { TraceEraser } from "./trace-eraser.js";
import type { SegmentRow, TraceStore } from "./trace-store.js";

const idsOf = (rows: readonly SegmentRow[]) => [...new Set(rows.map(({ traceId }) => traceId))].sort();

interface Stores {
  readonly eraser: TraceEraser;
  readonly traces: TraceStore;
  readonly logEvents: LogEventStore;
}

/** The promises of `TraceEraser`. What it does to the index is shown where an index is made (`tests/erasing.spec.ts`). */
export function traceEraserContract(name: string, stores: () => Stores): void {
  describe(`${name} as a TraceEraser`, () => {
    it("erases traces that were put before, and no others", async () => {
      const { eraser, traces } = stores();
      const [scope, elsewhere] = [newScope(), newScope()];
      const [one, other] = [segment(), segment()];
      const rows = [one, segment({ traceId: one.traceId }), other];
      await traces.putSegments(scope, rows);
      await traces.putSegments(elsewhere, rows);
      await eraser.eraseTraces(scope, [one.traceId, segment().traceId]);
      const ids = idsOf(rows);
      expect((await traces.readTraces(scope, ids, 1_000_000)).map(({ traceId }) => traceId)).toEqual([other.traceId]);
      expect(await traces.readTraces(elsewhere, ids, 1_000_000)).toHaveLength(2);
      await traces.putSegments(scope, [one]);
      expect(await traces.readTraces(scope, ids, 1_000_000)).toHaveLength(2);
    });

    it("erases thousands at once, and nothing where nothing is", async () => {
      const { eraser, traces } = stores();
      const scope = newScope();
      const rows = Array.from({ length: 6_000 }, () => segment());
      await traces.putSegments(scope, rows);
      await eraser.eraseTraces(scope, idsOf(rows).slice(1));
      expect(await eraser.traceIds(scope, "", 10)).toEqual(idsOf(rows).slice(0, 1));
      await eraser.eraseTraces(scope, idsOf(rows).slice(1));
      await eraser.eraseTraces(scope, []);
    });

    it("counts what is stored of traces, each segment once, and gives their ids in order", async () => {
      const { eraser, traces } = stores();
      const scope = newScope();
      const [one, other] = [segment(), segment()];
      const rows = [one, one, segment({ traceId: one.traceId }), other];
      await traces.putSegments(scope, rows);
      expect(await eraser.amountOf(scope, [...idsOf(rows), segment().traceId])).toEqual({ traces: 2, documents: 3 });
      expect(await eraser.amountOf(newScope(), idsOf(rows))).toEqual({ traces: 0, documents: 0 });
      const [first, second] = idsOf(rows);
      expect(await eraser.traceIds(scope, "", 1)).toEqual([first]);
      expect(await eraser.traceIds(scope, first!, 10)).toEqual([second]);
    });

    it("erases the spans of traces from a log group", async () => {
      const { eraser, logEvents } = stores();
      const scope = newScope();
      const [one, other] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
      const event = (eventId: string, message: string) => ({
        logStreamName: "default",
        timestampMs: noon,
        ingestionTimeMs: noon,
        eventId,
        message,
      });
      const events = [
        event("1", JSON.stringify({ traceId: one, spanId: "a" })),
        event("2", JSON.stringify({ traceId: other, text: one })),
        event("3", `no span, but ${one}`),
      ];
      await logEvents.putLogEvents(scope, "group", events);
      await logEvents.putLogEvents(scope, "another", events);
      await eraser.eraseSpans(scope, "group", [one]);
      const left = async (group: string) =>
        (await logEvents.readLogEvents(scope, group, { order: "oldest-first", limit: 10 })).map(
          (found) => found.eventId,
        );
      expect(await left("group")).toEqual(["2", "3"]);
      expect(await left("another")).toEqual(["1", "2", "3"]);
    });

    it("tells whether the files of what was erased are gone", async () => {
      const { eraser } = stores();
      const nowSeconds = await eraser.nowSeconds();
      expect(nowSeconds).toBeGreaterThan(1_700_000_000);
      // Nothing was erased before there was anything.
      expect(await eraser.removeOldFiles(1)).toBe(true);
    });
  });
}
