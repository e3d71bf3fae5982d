import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readingOf } from "./facts/decode-reading.js";
import type { Scope } from "./scope.js";
import { newScope, noon, segment } from "./segment-row.fixture.js";
import type { ScopedTraceId } from "./trace-index.js";
import type { TraceReading, TraceSource } from "./trace-source.js";
import type { TraceStore } from "./trace-store.js";

const everything = { bytesMaxPerTrace: 500_000, bytesMax: 10 * 1024 ** 2 };

async function read(
  source: TraceSource,
  scope: Scope,
  traceIds: readonly string[],
  limits: { readonly bytesMaxPerTrace: number; readonly bytesMax: number },
): Promise<TraceReading> {
  const { rows, batches } = await source.readRows(scope, traceIds, limits);
  return readingOf(rows, limits.bytesMaxPerTrace, batches);
}

/** The promises of `TraceSource`. */
export function traceSourceContract(name: string, store: () => { traces: TraceStore; source: TraceSource }): void {
  describe(`${name} as a TraceSource`, () => {
    it("reads for the index what a reader reads", async () => {
      const { traces, source } = store();
      const scope = newScope();
      const rows = [segment(), segment({ kind: "subsegment", parentId: "00f067aa0ba902b7", document: '{"é":"\\t"}' })];
      await traces.putSegments(scope, rows);
      await traces.putSegments(scope, [{ ...rows[0]!, document: '{"name":"again"}' }]);
      const ids = rows.map(({ traceId }) => traceId);
      await source.settled();
      const reading = await read(source, scope, [...ids, segment().traceId], everything);
      const asRead = await traces.readTraces(scope, ids, everything.bytesMaxPerTrace);
      const inOrder = (found: typeof asRead) => [...found].sort((a, b) => (a.traceId < b.traceId ? -1 : 1));
      expect(inOrder([...reading.traces])).toEqual(inOrder(asRead));
      expect(asRead).toHaveLength(2);
      expect(reading.more).toBe(false);
      expect(await read(source, newScope(), ids, everything)).toMatchObject({ traces: [], more: false });
    });

    it("tells when it read: later readings later", async () => {
      const { traces, source } = store();
      const scope = newScope();
      const row = segment();
      await traces.putSegments(scope, [row]);
      await source.settled();
      const first = await read(source, scope, [row.traceId], everything);
      const second = await read(source, scope, [row.traceId], everything);
      expect(second.readUs).toBeGreaterThan(first.readUs);
      expect(Number.isSafeInteger(first.readUs)).toBe(true);
    });

    it("gives whole traces up to a number of bytes, and the head of one that is too large", async () => {
      const { traces, source } = store();
      const scope = newScope();
      const document = JSON.stringify({ filler: "x".repeat(1000) });
      const ids = [1, 2, 3].map(() => segment().traceId).sort();
      for (const traceId of ids)
        await traces.putSegments(scope, [segment({ traceId, document }), segment({ traceId, document })]);
      await source.settled();
      const some = await read(source, scope, ids, { bytesMaxPerTrace: 10_000, bytesMax: 5000 });
      expect(some.traces.map(({ traceId, segments }) => [traceId, segments.length]).sort()).toEqual([
        [ids[0], 2],
        [ids[1], 2],
      ]);
      expect(some.more).toBe(true);
      const [head] = (await read(source, scope, [ids[0]!], { bytesMaxPerTrace: 1500, bytesMax: 1500 })).traces;
      expect(head).toMatchObject({ truncated: true });
      expect(head?.segments).toHaveLength(1);
    });

    it("finds traces by when their documents were received, page by page", async () => {
      const { traces, source } = store();
      const scope = newScope();
      const receivedMs = noon - randomBytes(4).readUInt32BE();
      const ids = [1, 2, 3].map(() => segment().traceId).sort();
      for (const traceId of ids) await traces.putSegments(scope, [segment({ traceId, receivedMs })]);
      await traces.putSegments(scope, [segment({ traceId: ids[0]!, receivedMs: receivedMs + 1 })]);
      const range = { fromMs: receivedMs, untilMs: receivedMs + 1 };
      const found: string[] = [];
      let after: ScopedTraceId | undefined;
      for (;;) {
        const page: ScopedTraceId[] = await source.receivedTraces({ ...range, after, limit: 2 });
        if (page.length === 0) break;
        found.push(...page.filter((trace) => trace.scope.accountId === scope.accountId).map((trace) => trace.traceId));
        after = page.at(-1);
      }
      expect(found).toEqual(ids);
      const later = await source.receivedTraces({ fromMs: receivedMs + 1, untilMs: receivedMs + 2, limit: 10 });
      expect(later.filter((trace) => trace.scope.accountId === scope.accountId)).toEqual([{ scope, traceId: ids[0]! }]);
    });

    it("says when the oldest document was received", async () => {
      const { traces, source } = store();
      // Other tests of the suite put some, too.
      const before = (await source.firstReceivedMs()) ?? noon;
      await traces.putSegments(newScope(), [segment({ receivedMs: before - 1000 }), segment({ receivedMs: before })]);
      expect(await source.firstReceivedMs()).toBe(before - 1000);
    });
  });
}
