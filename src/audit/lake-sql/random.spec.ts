import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyRecord, anyText, anyTruth, anyWhole } from "./evaluate.fixture.js";
import { type EventRecord, eventRecord, LakeTable, sessionOf, stores } from "./lake.fixture.js";

const records: readonly EventRecord[] = fc.sample(anyRecord, { numRuns: 60, seed: 7 }).map((fields, index) =>
  eventRecord({
    eventID: `e${index}`,
    eventName: fields.eventName,
    errorCode: fields.errorCode,
    readOnly: fields.readOnly,
    eventTime: `2026-08-01T12:00:${String(fields.second).padStart(2, "0")}Z`,
    requestParameters: "key" in fields ? { key: fields.key } : null,
    ...(fields.role !== undefined && { userIdentity: sessionOf(fields.role) }),
  }),
);

let lake: LakeTable;
beforeAll(async () => {
  lake = await LakeTable.open();
  await lake.put(stores.trail, records);
});
afterAll(() => lake.close());

const runs = { numRuns: 250 };

describe("random queries", () => {
  it("find the events that they should", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyTruth, async (condition) => {
        const found = await lake.ask(`SELECT eventid FROM ${stores.trail} WHERE ${condition.sql}`);
        const expected = records.filter((record) => condition.of(record) === true).map((record) => record["eventID"]);
        expect(found.map((row) => row["eventid"]).sort()).toEqual([...expected].sort());
      }),
      runs,
    );
  });

  it("show values as they should, through a subquery, too", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyWhole, anyTruth, async (text, whole, truth) => {
        const inner = `SELECT eventid AS id, ${text.sql} AS t, ${whole.sql} AS w, ${truth.sql} AS b FROM ${stores.trail}`;
        const found = await lake.ask(`SELECT x.id, x.t, x.w, x.b FROM (${inner}) x`);
        const shown = (value: unknown) => (value === null ? null : String(value));
        const expected = records.map((record) => ({
          id: record["eventID"],
          t: shown(text.of(record)),
          w: shown(whole.of(record)),
          b: shown(truth.of(record)),
        }));
        const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
        expect(sorted(found)).toEqual(sorted(expected));
      }),
      runs,
    );
  });

  it("count groups as they should", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyWhole, anyTruth, anyTruth, async (key, whole, condition, filter) => {
        const sql = `SELECT ${key.sql}, count(*), sum(${whole.sql}), count_if(${filter.sql}), count(*) FILTER (WHERE ${filter.sql})`;
        const found = await lake.ask(`${sql} FROM ${stores.trail} WHERE ${condition.sql} GROUP BY ${key.sql}`);
        const groups = new Map<string | null, EventRecord[]>();
        for (const record of records.filter((one) => condition.of(one) === true)) {
          const group = key.of(record);
          groups.set(group, [...(groups.get(group) ?? []), record]);
        }
        const expected = [...groups].map(([group, members]) => {
          const numbers = members.map((record) => whole.of(record)).filter((number) => number !== null);
          const matching = String(members.filter((record) => filter.of(record) === true).length);
          const sum = numbers.length === 0 ? null : String(numbers.reduce((total, number) => total + number, 0n));
          return [group, String(members.length), sum, matching, matching];
        });
        const sorted = (rows: readonly (readonly (string | null)[])[]) => rows.map((row) => JSON.stringify(row)).sort();
        expect(sorted(found.map((row) => Object.values(row)))).toEqual(sorted(expected));
      }),
      runs,
    );
  });
});
