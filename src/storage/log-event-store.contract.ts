import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LogEventQuery, LogEventRow, LogEventStore } from "./log-event-store.js";

const noon = Date.UTC(2026, 2, 1, 12);
const scope = { accountId: "000000000000", region: "eu-west-1" };

/** Tests share one store, so each has a log group of its own. */
function newGroup(): string {
  return randomBytes(8).toString("hex");
}

function logEvent(given: Partial<LogEventRow> = {}): LogEventRow {
  return {
    logStreamName: "trail",
    timestampMs: noon,
    ingestionTimeMs: noon + 5,
    eventId: randomBytes(28).toString("hex"),
    message: "hello",
    ...given,
  };
}

/** The promises of `LogEventStore`. */
export function logEventStoreContract(name: string, store: () => LogEventStore): void {
  function read(group: string, query: Partial<LogEventQuery> = {}): Promise<LogEventRow[]> {
    return store().readLogEvents(scope, group, { order: "oldest-first", limit: 100, ...query });
  }

  describe(`${name} as a LogEventStore`, () => {
    it("gives back what was put, character by character", async () => {
      const group = newGroup();
      const row = logEvent({ message: 'a\nb\t"c"\\ \u0000 😀; SELECT {x:String}', logStreamName: "it's/a [stream]" });
      await store().putLogEvents(scope, group, [row]);
      expect(await read(group)).toEqual([row]);
    });

    it.each(["ends in a blank ", "ends in a semicolon;", "ends in both ; ", "ends in a line\n", ""])(
      "gives back a message that %j",
      async (message) => {
        const group = newGroup();
        const row = logEvent({ message });
        await store().putLogEvents(scope, group, [row]);
        expect(await read(group)).toEqual([row]);
      },
    );

    it("orders by timestamp, then event id, either way, in pages", async () => {
      const group = newGroup();
      const rows = Array.from({ length: 20 }, (_, index) => logEvent({ timestampMs: noon + Math.floor(index / 4) }));
      await store().putLogEvents(scope, group, rows);
      const sorted = [...rows].sort((a, b) => a.timestampMs - b.timestampMs || (a.eventId < b.eventId ? -1 : 1));
      for (const order of ["oldest-first", "newest-first"] as const) {
        const pages: LogEventRow[] = [];
        for (;;) {
          const page = await read(group, { order, limit: 6, after: pages.at(-1) });
          if (page.length === 0) break;
          pages.push(...page);
        }
        expect(pages).toEqual(order === "oldest-first" ? sorted : [...sorted].reverse());
      }
    });

    it("includes the first millisecond and excludes the last", async () => {
      const group = newGroup();
      const rows = [-1, 0, 9, 10].map((offset) => logEvent({ timestampMs: noon + offset }));
      await store().putLogEvents(scope, group, rows);
      expect(await read(group, { fromMs: noon, untilMs: noon + 10 })).toEqual([rows[1], rows[2]]);
    });

    it("selects streams by name and by prefix", async () => {
      const group = newGroup();
      const rows = ["a/1", "a/2", "b/1"].map((logStreamName, index) =>
        logEvent({ logStreamName, timestampMs: noon + index }),
      );
      await store().putLogEvents(scope, group, rows);
      expect(await read(group, { logStreamNames: ["a/1", "b/1"] })).toEqual([rows[0], rows[2]]);
      expect(await read(group, { logStreamNamePrefix: "a/" })).toEqual([rows[0], rows[1]]);
      expect(await read(group, { logStreamNames: [] })).toEqual([]);
    });

    it("ends an answer by bytes, but never before its first event", async () => {
      const group = newGroup();
      const rows = [0, 1, 2].map((index) => logEvent({ timestampMs: noon + index, message: "é".repeat(50) }));
      await store().putLogEvents(scope, group, rows);
      expect(await read(group, { bytesMax: 299 })).toEqual(rows.slice(0, 2));
      expect(await read(group, { bytesMax: 300 })).toEqual(rows);
      expect(await read(group, { bytesMax: 1 })).toEqual(rows.slice(0, 1));
      expect(await read(newGroup(), { bytesMax: 1 })).toEqual([]);
    });

    it("takes the same event put twice for one", async () => {
      const group = newGroup();
      const row = logEvent();
      await store().putLogEvents(scope, group, [row]);
      await store().putLogEvents(scope, group, [row]);
      expect(await read(group)).toEqual([row]);
    });

    it("keeps groups, accounts and regions apart", async () => {
      const group = newGroup();
      await store().putLogEvents(scope, group, [logEvent()]);
      expect(await read(newGroup())).toEqual([]);
      for (const elsewhere of [
        { ...scope, region: "us-east-1" },
        { ...scope, accountId: "1" },
      ])
        expect(await store().readLogEvents(elsewhere, group, { order: "oldest-first", limit: 9 })).toEqual([]);
    });

    it("deletes what is older than a bound, a stream, or all", async () => {
      const [group, other] = [newGroup(), newGroup()];
      const rows = [
        logEvent({ timestampMs: noon - 10 }),
        logEvent({ timestampMs: noon }),
        logEvent({ timestampMs: noon + 1, logStreamName: "second" }),
      ];
      await store().putLogEvents(scope, group, rows);
      await store().putLogEvents(scope, other, rows);
      await store().deleteLogEvents(scope, group, { beforeMs: noon });
      expect(await read(group)).toEqual(rows.slice(1));
      await store().deleteLogEvents(scope, group, { logStreamName: "second" });
      expect(await read(group)).toEqual([rows[1]]);
      await store().deleteLogEvents(scope, group, {});
      expect(await read(group)).toEqual([]);
      await store().deleteLogEvents(scope, group, {});
      expect(await read(other)).toEqual(rows);
    });

    it("describes the streams that hold events", async () => {
      const group = newGroup();
      await store().putLogEvents(scope, group, [
        logEvent({ logStreamName: "a", timestampMs: noon, ingestionTimeMs: noon + 9 }),
        logEvent({ logStreamName: "a", timestampMs: noon + 3, ingestionTimeMs: noon + 8 }),
        logEvent({ logStreamName: "b", timestampMs: noon + 1, ingestionTimeMs: noon + 7 }),
      ]);
      const a = {
        logStreamName: "a",
        firstTimestampMs: noon,
        lastTimestampMs: noon + 3,
        lastIngestionTimeMs: noon + 9,
      };
      const b = {
        logStreamName: "b",
        firstTimestampMs: noon + 1,
        lastTimestampMs: noon + 1,
        lastIngestionTimeMs: noon + 7,
      };
      const all = await store().readLogStreamStatistics(scope, group);
      expect(all.sort((x, y) => (x.logStreamName < y.logStreamName ? -1 : 1))).toEqual([a, b]);
      expect(await store().readLogStreamStatistics(scope, group, ["b", "none"])).toEqual([b]);
    });

    it("counts the bytes of groups as CloudWatch Logs does, each event once", async () => {
      const [group, empty] = [newGroup(), newGroup()];
      const row = logEvent({ message: "é" });
      await store().putLogEvents(scope, group, [row, logEvent({ message: "abc" })]);
      await store().putLogEvents(scope, group, [row]);
      const bytes = await store().readLogGroupBytes(scope, [group, empty]);
      expect(bytes.get(group)).toBe(2 + 26 + 3 + 26);
      expect(bytes.get(empty) ?? 0).toBe(0);
    });
  });
}
