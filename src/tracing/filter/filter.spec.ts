import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyFilter } from "./arbitraries.fixture.js";
import { examples, refusedExamples } from "./examples.fixture.js";
import { FilterError } from "./filter-error.js";
import { filterToSql } from "./filter-to-sql.js";
import { expressionLengthMax, nestingMax, termsMax } from "./limits.js";
import { parseFilter, parseTokens } from "./parse-filter.js";
import { parseSelector } from "./parse-selector.js";
import { printFilter } from "./print-filter.js";
import { TokenReader } from "./token-reader.js";

const known = [...Object.values(examples).flat(), ...refusedExamples].map(({ expression }) => expression);

describe("filter expressions", () => {
  it("are read as they were printed, whatever the filter", () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const printed = printFilter(filter);
        fc.pre(printed.length <= expressionLengthMax);
        expect(accepted(printed) ?? filter).toEqual(filter);
      }),
      { numRuns: 2000 },
    );
  });

  it("mean every trace if they are empty", () => {
    expect(parseFilter("")).toEqual({ kind: "and", terms: [] });
    expect(parseFilter(" \n\t")).toEqual(parseFilter(""));
    expect(printFilter(parseFilter(""))).toBe("");
    expect(filterToSql(parseFilter(""))).toEqual({ condition: "1", parameters: {} });
  });

  it("are refused in no more steps than they have characters, whatever they are", () => {
    const word = fc.constantFrom(
      ..."ok fault duration service edge id name rootcause.fault.entity annotation group.name AND OR CONTAINS".split(
        " ",
      ),
      ...'( ) { } [ ] , : ! = != < # #[{ "a" "a 1 -2.5e3 😀 \ud800 \\ \0 \u00a0'.split(" "),
    );
    const garbage = fc.oneof(
      fc.array(word, { maxLength: 40 }).map((words) => words.join(" ")),
      fc.string({ unit: "binary", maxLength: 60 }),
      mutated(fc.constantFrom(...known)),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        const reader = new TokenReader(text);
        try {
          parseTokens(reader);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
        expect(reader.lexer.cut).toBeLessThanOrEqual(text.length + 2);
        try {
          parseSelector(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("keep to their limits", () => {
    const limit = (text: string) =>
      expect(() => parseFilter(text)).toThrow(expect.objectContaining({ problem: "limit" }));
    expect(parseFilter(`${"(".repeat(nestingMax)}ok${")".repeat(nestingMax)}`)).toEqual(parseFilter("ok"));
    limit(`${"(".repeat(nestingMax + 1)}ok${")".repeat(nestingMax + 1)}`);
    limit("(".repeat(expressionLengthMax));
    limit("!".repeat(expressionLengthMax));
    limit(`service() { ${"!".repeat(nestingMax)}ok }`);
    expect(parseFilter("ok ".repeat(termsMax))).toMatchObject({ kind: "and" });
    limit("ok ".repeat(termsMax + 1));
    limit(`rootcause.json = #[${Array(termsMax + 1).fill("{}")}]`);
    expect(() => parseFilter(`rootcause.json = #[{"a":${"[".repeat(4000)}${"]".repeat(4000)}}]`)).toThrow(
      /nested deeper/,
    );
    limit(" ".repeat(expressionLengthMax + 1));
    expect(() => parseFilter(`rootcause.json = #[{"a":"\\u0000"}]`)).toThrow(/has the character/);
    expect(() => parseFilter(`rootcause.json = #[{"a":1e999}]`)).toThrow(/too large/);
  });

  it("do not reach prototypes by their words", () => {
    for (const word of ["__proto__", "constructor", "toString"]) {
      expect(() => parseFilter(word)).toThrow(/no keyword/);
      expect(() => parseFilter(`service() { ${word} = 1 }`)).toThrow(/no keyword/);
      expect(() => parseFilter(`service(id(${word}: "x"))`)).toThrow(/name, type or account.id/);
      expect(parseFilter(`annotation.${word}`)).toEqual({ kind: "annotation", key: word });
    }
    const json = parseFilter('rootcause.json = #[{"__proto__":{"a":1}}]');
    expect(printFilter(json)).toBe('rootcause.json = #[{"__proto__":{"a":1}}]');
  });

  it("become SQL that is bounded, and has their texts only as parameters", () => {
    const hostile = "x') OR 1 = 1 --";
    const { condition, parameters } = filterToSql(
      parseFilter(`user = "${hostile}" service("${hostile}") { name = "y" }`),
    );
    expect(condition).not.toContain("OR 1 = 1");
    expect(parameters).toEqual({ f0: hostile, f1: "y" });
    expect(filterToSql(parseFilter("duration > 0.1")).parameters).toEqual({ f0: "4591870180066957722" });
    const bytesMax = 262_144; // a ClickHouse server's default for the text of a query
    const id = 'id(name:"",type:"",account.id:"")';
    const long = [
      `edge(${id},${id}){duration>1}`,
      "rootcause.error.exception{message}",
      'annotation.a="b"',
      "service(){ok}",
    ];
    for (const term of long) {
      const terms = Math.floor(Math.min(termsMax, expressionLengthMax / (term.length + 1)));
      const fitting = term.includes("{") ? Math.min(terms, termsMax / 2) : terms;
      expect(filterToSql(parseFilter(`${term} `.repeat(fitting))).condition.length).toBeLessThan(bytesMax);
    }
    const widest = `{"a":[${Array(termsMax - 3).fill('""')}]}`;
    const deepest = `${'{"a":'.repeat(10)}[${Array(180).fill("1")}]${"}".repeat(10)}`;
    for (const json of [widest, deepest])
      expect(filterToSql(parseFilter(`rootcause.json = #[${json}]`)).condition.length).toBeLessThan(bytesMax);
  });
});

describe("selectors of entities", () => {
  it("name nodes or edges", () => {
    expect(parseSelector('service("a")')).toEqual({ node: { name: "a" } });
    expect(parseSelector("Service()")).toEqual({ node: {} });
    expect(parseSelector('"a"')).toEqual({ node: { name: "a" } });
    expect(parseSelector('id(name: "a", type: "t", account.id: "1")')).toEqual({
      node: { name: "a", type: "t", accountId: "1" },
    });
    expect(parseSelector('service(id(type: "t"))')).toEqual({ node: { type: "t" } });
    expect(parseSelector('edge("a", id(name: "b"))')).toEqual({ source: { name: "a" }, target: { name: "b" } });
  });

  it("are nothing else", () => {
    expect(() => parseSelector("")).toThrow(/ends too early: service\(\.\.\.\), id\(\.\.\.\) or edge/);
    expect(() => parseSelector("fault")).toThrow(/Unexpected 'fault'/);
    expect(() => parseSelector('service("a") { ok }')).toThrow(/no filter in braces/);
    expect(() => parseSelector('service("a") service("b")')).toThrow(/the end of the selector/);
    expect(() => parseSelector("service('a')")).toThrow(/Invalid input symbol/);
  });
});

/** The filter of an expression; undefined if it has too many terms or levels. */
function accepted(expression: string) {
  try {
    return parseFilter(expression);
  } catch (error) {
    if (error instanceof FilterError && error.problem === "limit") return undefined;
    throw error;
  }
}

/** Some characters of a text taken out, put in or doubled. */
function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom("", '"', "(", "}", "!", " ", "#", "😀", "\\", "=")), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.tuple(texts, edits).map(([text, changes]) =>
    changes.reduce((changed, [at, piece]) => {
      const offset = at % (changed.length + 1);
      return changed.slice(0, offset) + piece + changed.slice(piece === "" ? offset + 1 : offset);
    }, text),
  );
}
