import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type ExampleTrace, exampleTraces } from "./example-traces.fixture.js";
import { exampleGroups, examples, refusedExamples } from "./examples.fixture.js";
import { FilterError } from "./filter-error.js";
import { inlineGroups } from "./inline-groups.js";
import { matches } from "./matches.js";
import { parseFilter } from "./parse-filter.js";
import { printFilter } from "./print-filter.js";

const read = (expression: string) => inlineGroups(parseFilter(expression), exampleGroups);

/** Acceptance facts 81-100 are among the examples, on the trace `purchase`. */
describe.each(Object.entries(examples))("filter expressions: %s", (_heading, group) => {
  it.each(group)("$expression", ({ expression, finds }) => {
    const filter = read(expression);
    const found = (Object.keys(exampleTraces) as ExampleTrace[]).filter((name) => matches(filter, exampleTraces[name]));
    expect(found).toEqual(finds);
    expect(parseFilter(printFilter(parseFilter(expression)))).toEqual(parseFilter(expression));
  });
});

describe("filter expressions that are refused", () => {
  it.each(refusedExamples)("$expression", ({ expression, problem, message }) => {
    const refusal = refusalOf(expression);
    expect(refusal.message).toContain(message);
    expect(refusal.problem).toBe(problem);
    if (!message.startsWith("There is no group")) expect(refusal.message).toMatch(/ \(line 1, column \d+\)$/);
  });

  it("are told where, in lines and in characters", () => {
    expect(refusalOf('ok\n  AND "😀" ').message).toMatch(/line 2, column 7/);
    expect(refusalOf('user = "😀" ?').message).toMatch(/line 1, column 12/);
    expect(refusalOf('user = "😀" ?').offset).toBe(12);
  });

  it("are quoted no longer than a message should be", () => {
    expect(refusalOf("x".repeat(9000)).message.length).toBeLessThan(120);
  });
});

describe("docs/guide/filter-expressions.md", () => {
  const guide = readFileSync(path.resolve(import.meta.dirname, "../../../docs/guide/filter-expressions.md"), "utf8");
  const rows = [...guide.matchAll(/^\| `(.+?)` \| (.+) \|$/gm)].map((row) => ({
    first: row[1]!,
    second: row[2]!,
  }));

  it("shows examples as they are tested, under their headings", () => {
    const all = Object.values(examples).flat();
    for (const { first, second } of rows) {
      const known =
        all.some(({ expression, meaning }) => expression === first && meaning === second) ||
        refusedExamples.some(({ expression, message }) => expression === first && second.startsWith(message));
      expect(known, `${first} | ${second}`).toBe(true);
    }
    expect(rows.length).toBeGreaterThan(60);
    for (const heading of Object.keys(examples)) expect(guide).toContain(`\n## ${heading}\n`);
  });
});

function refusalOf(expression: string): FilterError {
  try {
    read(expression);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${expression} was accepted`);
}
