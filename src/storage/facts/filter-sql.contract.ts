import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { facts as anyFacts, inlinedFilter, inlinedTerm, policyTerm } from "../../tracing/filter/arbitraries.fixture.js";
import { exampleTraces } from "../../tracing/filter/example-traces.fixture.js";
import { exampleGroups, examples } from "../../tracing/filter/examples.fixture.js";
import type { Filter } from "../../tracing/filter/filter.js";
import { filterToSql } from "../../tracing/filter/filter-to-sql.js";
import { inlineGroups } from "../../tracing/filter/inline-groups.js";
import { expressionLengthMax, jsonNestingMax, nestingMax, termsMax } from "../../tracing/filter/limits.js";
import { matches } from "../../tracing/filter/matches.js";
import { parseFilter } from "../../tracing/filter/parse-filter.js";
import { printFilter } from "../../tracing/filter/print-filter.js";
import type { TraceFacts } from "../../tracing/trace-facts.js";
import { traceColumns, writeIndexedTrace } from "./encode-indexed-trace.js";
import type { FactDatabase } from "./fact-database.js";
import { RowWriter } from "./row-writer.js";
import { createTraces } from "./sql/create-traces.sql.js";

const scope = { accountId: "111111111111", region: "eu-west-1" };
/** Replaces what is stored by these, under ids that are their places. */
async function store(database: FactDatabase, traces: readonly TraceFacts[]): Promise<void> {
  await database.command("DROP TABLE IF EXISTS traces");
  await database.command(createTraces);
  const rows = new RowWriter(1_000_000);
  for (const [index, facts] of traces.entries())
    writeIndexedTrace(rows, scope, {
      facts: { ...facts, traceId: String(index) },
      summary: "{}",
      groupArns: [],
      version: 1,
      receivedMs: facts.timeMs,
    });
  await database.insert("traces", traceColumns, rows.take());
}

async function found(database: FactDatabase, filter: Filter): Promise<number[]> {
  const { condition, parameters } = filterToSql(filter);
  const rows = await database.query<{ trace_id: string }>(
    "filters.test",
    `SELECT trace_id FROM traces FINAL WHERE ${condition}`,
    parameters,
  );
  return rows.map((row) => Number(row.trace_id)).sort((a, b) => a - b);
}

function expected(filter: Filter, traces: readonly TraceFacts[]): number[] {
  return traces.flatMap((facts, index) => (matches(filter, facts) ? [index] : []));
}

/** What `filterToSql` promises, of an engine: its conditions find what `matches` says. The database is used up. */
export function filterSqlContract(name: string, open: () => Promise<FactDatabase>): void {
  describe(`filters in ${name}`, () => {
    let database: FactDatabase;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(async () => {
      await database?.close();
    });

    it("find what the rules say, for every example", async () => {
      const traces = Object.values(exampleTraces);
      const names = Object.keys(exampleTraces);
      await store(database, traces);
      for (const { expression, finds } of Object.values(examples).flat()) {
        const filter = inlineGroups(parseFilter(expression), exampleGroups);
        expect({ expression, finds: (await found(database, filter)).map((index) => names[index]) }).toEqual({
          expression,
          finds,
        });
      }
    });

    it("find what the rules say, whatever the traces and the filter", async () => {
      const seed = Number(process.env["DOSIMETER_TEST_SEED"] ?? 20_261_124);
      const traces = fc.sample(anyFacts, { numRuns: 200, seed });
      await store(database, traces);
      const filters = [
        ...fc.sample(inlinedTerm, { numRuns: 250, seed }),
        ...fc.sample(inlinedFilter, { numRuns: 200, seed }),
      ];
      let telling = 0;
      for (const filter of filters) {
        const wanted = expected(filter, traces);
        if (wanted.length > 0 && wanted.length < traces.length) telling++;
        const expression = printFilter(filter);
        expect(await found(database, filter), `${expression} (seed ${seed})`).toEqual(wanted);
      }
      expect(telling).toBeGreaterThan(filters.length / 3);
    });

    it("find what the rules say of what policies ask", async () => {
      const seed = Number(process.env["DOSIMETER_TEST_SEED"] ?? 20_261_124);
      const traces = fc.sample(anyFacts, { numRuns: 200, seed });
      await store(database, traces);
      const filters = fc.sample(policyTerm, { numRuns: 150, seed });
      let telling = 0;
      for (const filter of filters) {
        const wanted = expected(filter, traces);
        if (wanted.length > 0 && wanted.length < traces.length) telling++;
        expect(await found(database, filter), `${JSON.stringify(filter)} (seed ${seed})`).toEqual(wanted);
      }
      expect(telling).toBeGreaterThan(filters.length / 4);
    });

    it("compare numbers to the last bit", async () => {
      const numbers = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }), { numRuns: 100, seed: 1 });
      const lengths = [100_000, 300_000, 700_000, 1_100_000, 4_999_999, 300_001];
      const base = exampleTraces.health;
      const traces = [
        ...numbers.map((value) => ({ ...base, annotations: [{ key: "n", value }] })),
        ...lengths.map((length) => ({
          ...base,
          durationMs: Math.round(length / 1000),
          segments: base.segments.map((segment) => ({ ...segment, endUs: segment.startUs + length })),
        })),
      ];
      await store(database, traces);
      const filters = [
        ...numbers.map((value) => `annotation.n = ${value}`),
        ...lengths.map((length) => `service() { duration = ${length / 1_000_000} }`),
        ...lengths.map((length) => `duration <= ${Math.round(length / 1000) / 1000}`),
      ];
      for (const expression of filters) {
        const filter = parseFilter(expression);
        const wanted = expected(filter, traces);
        expect(wanted.length).toBeGreaterThan(0);
        expect(await found(database, filter), expression).toEqual(wanted);
      }
    });

    it("are taken by the engine at their limits", async () => {
      await store(database, Object.values(exampleTraces));
      const all = [0, 1, 2, 3];
      const nested = (depth: number, inner: string): string =>
        depth === 0 ? inner : `(!ok OR fault AND ${nested(depth - 1, inner)} OR ok)`;
      const id = 'id(name:"shop",type:"client",account.id:"")';
      const edges = Math.min(Math.floor(termsMax / 3), Math.floor(expressionLengthMax / 100));
      const path = `${'{"a":'.repeat(jsonNestingMax - 3)}[${Array(termsMax - jsonNestingMax).fill("1")}]`;
      const wide = [
        [nested(nestingMax - 1, "service() { ok }"), all],
        [`${"!".repeat(nestingMax)}ok`, [0, 2, 3]],
        [
          Array(termsMax / 2)
            .fill('service("shop") { user }')
            .join(" OR "),
          [0],
        ],
        [Array(edges).fill(`edge(${id},"shop") { duration > 0.1 OR fault }`).join(" AND "), [0]],
        [
          Array(Math.floor(termsMax / 3))
            .fill("rootcause.fault.exception { last OR message }")
            .join(" OR "),
          [0, 1],
        ],
        [`rootcause.json = #[${path}${"}".repeat(jsonNestingMax - 3)}]`, []],
        [`user = "${"😀'\t\n".repeat(1900)}"`, []],
      ] as const;
      for (const [expression, wanted] of wide)
        expect(await found(database, parseFilter(expression)), expression.slice(0, 60)).toEqual(wanted);
    });
  });
}
