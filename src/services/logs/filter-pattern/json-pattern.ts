import { compileComparison, type Scalar } from "./comparison.js";
import { allOf, anyOf, type Condition } from "./condition.js";
import type { FilterPattern } from "./filter-pattern.js";
import { Scanner } from "./scanner.js";

/** Steps of a selector: a property, an index, or `*` for every element or property. */
type Step = string | number | typeof everything;
const everything = Symbol("every element");

/** AWS's quotas. */
const wildcardsPerSelectorMax = 1;
const wildcardsPerPatternMax = 3;

/**
 * `{ $.a.b = "x" && ($.list[0] > 5 || $.c IS TRUE) }`. A selector that leads to an object, to an array or nowhere makes
 * its comparison false, with `!=` too.
 *
 * @throws PatternError
 */
export function compileJsonPattern(pattern: string): FilterPattern {
  const reader = new JsonPatternReader(pattern);
  const holds = reader.pattern();
  const selectors = [...reader.selectors];
  return {
    regexCount: reader.regexCount,
    selects: (name) => reader.selectors.has(name),
    match(message) {
      const document = parseObject(message);
      if (document === undefined || !holds(document)) return undefined;
      const extracted: Record<string, string> = {};
      for (const [text, steps] of selectors) {
        const value = valuesAt(document, steps).find(isScalar);
        if (value !== undefined) extracted[text] = String(value);
      }
      return extracted;
    },
  };
}

class JsonPatternReader {
  readonly selectors = new Map<string, readonly Step[]>();
  regexCount = 0;
  #wildcards = 0;
  readonly #scanner: Scanner;

  constructor(pattern: string) {
    this.#scanner = new Scanner(pattern);
  }

  pattern(): Condition<unknown> {
    this.#scanner.expect("{");
    const holds = this.#alternatives();
    this.#scanner.expect("}");
    if (!this.#scanner.atEnd()) throw this.#scanner.problem("nothing may follow the closing brace");
    return holds;
  }

  #alternatives(): Condition<unknown> {
    const conditions = [this.#conjunction()];
    while (this.#scanner.take("||")) conditions.push(this.#conjunction());
    return anyOf(conditions);
  }

  #conjunction(): Condition<unknown> {
    const conditions = [this.#single()];
    while (this.#scanner.take("&&")) conditions.push(this.#single());
    return allOf(conditions);
  }

  #single(): Condition<unknown> {
    if (!this.#scanner.take("(")) return this.#comparison();
    const inner = this.#alternatives();
    this.#scanner.expect(")");
    return inner;
  }

  #comparison(): Condition<unknown> {
    const scanner = this.#scanner;
    const steps = this.#selector();
    if (scanner.takeKeyword("NOT")) {
      if (!scanner.takeKeyword("EXISTS")) throw scanner.problem("'EXISTS' is missing");
      return (document) => valuesAt(document, steps).length === 0;
    }
    if (scanner.takeKeyword("IS")) {
      for (const [keyword, wanted] of [
        ["TRUE", true],
        ["FALSE", false],
        ["NULL", null],
      ] as const)
        if (scanner.takeKeyword(keyword)) return (document) => valuesAt(document, steps).includes(wanted);
      throw scanner.problem("'IS' wants NULL, TRUE or FALSE");
    }
    const operator = scanner.operator();
    if (operator === undefined) throw scanner.problem("an operator is missing");
    const operand = scanner.operand(")}");
    if (operand.kind === "regex") this.regexCount++;
    const holds = compileComparison(operator, operand);
    return (document) => valuesAt(document, steps).some((value) => isScalar(value) && holds(value));
  }

  #selector(): readonly Step[] {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    const start = scanner.at;
    if (scanner.match(/\$/) === undefined) throw scanner.problem("a selector such as $.eventName is missing");
    const steps: Step[] = [];
    for (;;) {
      const step = this.#step();
      if (step === undefined) break;
      steps.push(step);
    }
    if (steps.length === 0) throw scanner.problem("a selector names a property, such as $.eventName");
    const wildcards = steps.filter((step) => step === everything).length;
    this.#wildcards += wildcards;
    if (wildcards > wildcardsPerSelectorMax) throw scanner.problem("a selector may hold one wildcard");
    if (this.#wildcards > wildcardsPerPatternMax) throw scanner.problem("a pattern may hold three wildcard selectors");
    this.selectors.set(scanner.text.slice(start, scanner.at), steps);
    return steps;
  }

  #step(): Step | undefined {
    const scanner = this.#scanner;
    if (scanner.match(/\.?\[\*\]|\.\*/)) return everything;
    const index = scanner.match(/\[\d{1,6}\]/);
    if (index !== undefined) return Number(index.slice(1, -1));
    const bracketed = scanner.match(/\.?\['[^']*'\]|\.?\["[^"]*"\]/);
    if (bracketed !== undefined) return bracketed.slice(bracketed.indexOf("[") + 2, -2);
    return scanner.match(/\.[\p{L}\p{N}_$@/:-]+/u)?.slice(1);
  }
}

/** Every value the steps lead to: none, one, or, behind a wildcard, many. */
function valuesAt(document: unknown, steps: readonly Step[]): unknown[] {
  let values: unknown[] = [document];
  for (const step of steps) {
    const reached: unknown[] = [];
    for (const value of values) {
      if (typeof value !== "object" || value === null) continue;
      if (step === everything) for (const each of Object.values(value)) reached.push(each);
      else if (typeof step === "number") {
        if (Array.isArray(value) && step < value.length) reached.push(value[step]);
      } else if (!Array.isArray(value) && Object.hasOwn(value, step))
        reached.push((value as Record<string, unknown>)[step]);
    }
    values = reached;
  }
  return values;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function parseObject(message: string): unknown {
  // Most messages that are not JSON are known by their first character.
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
