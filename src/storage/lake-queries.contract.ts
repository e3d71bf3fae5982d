import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type LakeQueries, type LakeQueryLimits, LakeQueryStopped } from "./lake-queries.js";

const createdMs = Date.UTC(2026, 2, 1, 12);

/** Limits with which the store of the contract is opened: small enough to be met. */
export const contractLimits: LakeQueryLimits = {
  seconds: 3,
  memoryBytes: 100_000_000,
  resultRows: 10_000,
  resultBytes: 10_000_000,
};

/** The promises of `LakeQueries`. */
export function lakeQueriesContract(name: string, store: () => LakeQueries): void {
  const run = async (sql: string, queryId: string = randomUUID()) => {
    const outcome = await store().run({ queryId, createdMs, sql });
    return { queryId, outcome };
  };
  const ended = (sql: string, queryId?: string) =>
    run(sql, queryId).then(
      () => "finished",
      (reason: unknown) => (reason instanceof LakeQueryStopped ? reason : Promise.reject(reason)),
    );
  const endless = "SELECT toString(sum(cityHash64(number))) AS a FROM numbers(100000000000)";
  const page = { fromRow: 0, limit: 1000, bytesMax: 1_000_000 };

  describe(`${name} as LakeQueries`, () => {
    it("keeps the rows of a result in their order, with text and NULL as they are", async () => {
      const text = `'a\\'b\\n{x:String} 😀'`;
      const { queryId, outcome } = await run(
        `SELECT toString(number) AS n, if(number % 2 = 0, NULL, ${text}) AS t FROM numbers(6) ORDER BY number DESC`,
      );
      expect(outcome.rows).toBe(6);
      const rows = await store().rows({ queryId, createdMs }, page);
      expect(rows.map(([n]) => n)).toEqual(["5", "4", "3", "2", "1", "0"]);
      expect(rows[0]?.[1]).toBe("a'b\n{x:String} 😀");
      expect(rows[1]?.[1]).toBeNull();
    });

    it("gives rows page by page, and ends a page where it is full but never before its first row", async () => {
      const { queryId } = await run(
        "SELECT toString(number) AS n, repeat('x', 100) AS t FROM numbers(50) ORDER BY number",
      );
      const result = { queryId, createdMs };
      const first = await store().rows(result, { fromRow: 10, limit: 20, bytesMax: 1_000_000 });
      expect(first.map(([n]) => Number(n))).toEqual(Array.from({ length: 20 }, (_, index) => index + 10));
      expect(await store().rows(result, { fromRow: 0, limit: 20, bytesMax: 450 })).toHaveLength(5);
      expect(await store().rows(result, { fromRow: 0, limit: 20, bytesMax: 1 })).toHaveLength(1);
      expect(await store().rows(result, { fromRow: 50, limit: 20, bytesMax: 1 })).toEqual([]);
    });

    it("tells results apart, and has an empty one for a query without rows", async () => {
      const { queryId, outcome } = await run("SELECT toString(number) AS n FROM numbers(10) WHERE number > 10");
      expect(outcome.rows).toBe(0);
      expect(await store().rows({ queryId, createdMs }, page)).toEqual([]);
    });

    it("counts the events that had to be read", async () => {
      const { outcome } = await run("SELECT toString(count()) AS n FROM lake_events WHERE store_id = 'none'");
      expect(outcome).toMatchObject({ rows: 1, eventsScanned: 0, bytesScanned: 0 });
    });

    it("ends a query that takes too long", async () => {
      expect(await ended(endless)).toMatchObject({ end: "timed-out" });
    });

    it("ends a query that needs too much memory, one with too many rows, and one that cannot be carried out", async () => {
      const groups = "SELECT toString(length(groupArray(toString(number)))) AS a FROM numbers(100000000)";
      expect(await ended(groups)).toMatchObject({ end: "failed", message: expect.stringContaining("memory") });
      const rows = "SELECT toString(number) AS n FROM numbers(10001)";
      expect(await ended(rows)).toMatchObject({ end: "failed", message: expect.stringContaining("10000 rows") });
      const bytes = "SELECT repeat('x', 100000) AS n FROM numbers(1000)";
      expect(await ended(bytes)).toMatchObject({ end: "failed", message: expect.stringContaining("bytes") });
      const division = "SELECT toString(intDiv(number, 0)) AS n FROM numbers(10)";
      expect(await ended(division)).toMatchObject({
        end: "failed",
        message: expect.stringContaining("ILLEGAL_DIVISION"),
      });
    });

    it("ends a query that is cancelled, and serves others meanwhile", async () => {
      const queryId = randomUUID();
      const running = ended(endless, queryId);
      const { outcome } = await run("SELECT 'other' AS a");
      expect(outcome.rows).toBe(1);
      // It may not have begun: what is not there cannot be ended.
      const again = setInterval(() => void store().cancel(queryId), 100);
      expect(await running).toMatchObject({ end: "cancelled" });
      clearInterval(again);
    });

    it("forgets results of past days, and no others", async () => {
      const old = { queryId: randomUUID(), createdMs: createdMs - 3 * 86_400_000, sql: "SELECT 'old' AS a" };
      await store().run(old);
      const { queryId } = await run("SELECT 'new' AS a");
      await store().forget(createdMs - 86_400_000);
      expect(await store().rows(old, page)).toEqual([]);
      expect(await store().rows({ queryId, createdMs }, page)).toEqual([["new"]]);
    });
  });
}
