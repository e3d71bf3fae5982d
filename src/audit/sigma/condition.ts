import type { SigmaEvent } from "./fields.js";
import { SigmaError } from "./sigma-error.js";

/**
 * What an event must be for a rule to match at all, in lower case: one of these names, of one of these sources. Rules are
 * looked up by it, so that most events meet few of them.
 */
export interface Anchor {
  readonly names?: ReadonlySet<string>;
  readonly sources?: ReadonlySet<string>;
}

export interface Condition {
  test(event: SigmaEvent): boolean;
  readonly anchor: Anchor;
}

/** A count at the end of a condition, as Sigma had it before its second version. */
export interface OldAggregation {
  /** Distinct values of the field are counted; events, without. */
  readonly field?: string;
  readonly groupBy?: string;
  readonly comparison: "gt" | "gte";
  readonly count: number;
}

const wordsMax = 300;
const depthMax = 40;

/** @throws SigmaError */
export function parseCondition(
  text: string,
  selections: ReadonlyMap<string, Condition>,
): { readonly condition: Condition; readonly aggregation?: OldAggregation } {
  const bar = text.indexOf("|");
  const parser = new Parser(bar < 0 ? text : text.slice(0, bar), selections);
  const condition = parser.whole();
  return bar < 0 ? { condition } : { condition, aggregation: aggregationOf(text.slice(bar + 1).trim()) };
}

class Parser {
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;
  readonly #selections: ReadonlyMap<string, Condition>;

  constructor(text: string, selections: ReadonlyMap<string, Condition>) {
    this.#words = text.match(/[()]|[^\s()]+/g) ?? [];
    if (this.#words.length > wordsMax) throw new SigmaError(`the condition has more than ${wordsMax} words`);
    this.#selections = selections;
  }

  whole(): Condition {
    const condition = this.#or();
    if (this.#at < this.#words.length) throw this.#problem();
    return condition;
  }

  #or(): Condition {
    const parts = [this.#and()];
    while (this.#take("or")) parts.push(this.#and());
    return anyOf(parts);
  }

  #and(): Condition {
    const parts = [this.#not()];
    while (this.#take("and")) parts.push(this.#not());
    return allOf(parts);
  }

  #not(): Condition {
    if (++this.#depth > depthMax) throw new SigmaError("the condition is nested too deeply");
    try {
      if (!this.#take("not")) return this.#primary();
      const { test } = this.#not();
      return { test: (event) => !test(event), anchor: {} };
    } finally {
      this.#depth--;
    }
  }

  #primary(): Condition {
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) throw this.#problem("')'");
      return inner;
    }
    const word = this.#words[this.#at];
    const of = this.#words[this.#at + 1]?.toLowerCase() === "of";
    if (word === undefined || word === ")" || /^(and|or)$/i.test(word)) throw this.#problem();
    this.#at++;
    if (!of) return this.#selection(word);
    const quantifier = word.toLowerCase();
    if (!["1", "any", "all"].includes(quantifier))
      throw new SigmaError(`the condition's '${word.slice(0, 60)} of' is not supported: 1, any or all`);
    const pattern = this.#words[++this.#at];
    this.#at++;
    if (pattern === undefined || pattern === "(" || pattern === ")")
      throw new SigmaError("the condition's 'of' is followed by no pattern");
    const matching = this.#matching(pattern);
    return quantifier === "all" ? allOf(matching) : anyOf(matching);
  }

  #selection(name: string): Condition {
    const selection = this.#selections.get(name);
    if (selection === undefined)
      throw new SigmaError(`the condition names '${name.slice(0, 60)}', which is not defined`);
    return selection;
  }

  #matching(pattern: string): Condition[] {
    const names = [...this.#selections.keys()];
    const found =
      pattern.toLowerCase() === "them"
        ? names.filter((name) => !name.startsWith("_"))
        : names.filter((name) => isLike(name, pattern));
    if (found.length === 0) throw new SigmaError(`the condition's '${pattern.slice(0, 60)}' is none of the selections`);
    return found.map((name) => this.#selections.get(name)!);
  }

  #take(word: string): boolean {
    if (this.#words[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #problem(wanted = "a selection"): SigmaError {
    const found = this.#words[this.#at];
    return new SigmaError(
      found === undefined
        ? "the condition ends too early"
        : `the condition cannot be read at '${found.slice(0, 60)}': ${wanted} or an end was expected`,
    );
  }
}

/** `*` stands for any characters. */
function isLike(name: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop()!;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

export function anyOf(parts: readonly Condition[]): Condition {
  if (parts.length === 1) return parts[0]!;
  return {
    test: (event) => parts.some((part) => part.test(event)),
    anchor: {
      ...unionOf("names", parts),
      ...unionOf("sources", parts),
    },
  };
}

export function allOf(parts: readonly Condition[]): Condition {
  if (parts.length === 1) return parts[0]!;
  const smallest = (key: keyof Anchor) => {
    const sets = parts.flatMap(({ anchor }) => anchor[key] ?? []).sort((left, right) => left.size - right.size);
    return sets[0] && { [key]: sets[0] };
  };
  return {
    test: (event) => parts.every((part) => part.test(event)),
    anchor: { ...smallest("names"), ...smallest("sources") },
  };
}

function unionOf(key: keyof Anchor, parts: readonly Condition[]): Anchor {
  const sets = parts.map(({ anchor }) => anchor[key]);
  return sets.some((set) => set === undefined) ? {} : { [key]: new Set(sets.flatMap((set) => [...set!])) };
}

/** `count() by field > 10`, `count(field) by other >= 5`. */
function aggregationOf(text: string): OldAggregation {
  const [, name = "", field = "", groupBy = "", sign = "", count = ""] =
    /^(\w+)\s*(?:\(\s*([\w.-]*)\s*\))?\s*(?:by\s+([\w.-]+))?\s*(<=|>=|<|>|=|==)?\s*(\d{1,9})?$/.exec(text) ?? [];
  if (name !== "count")
    throw new SigmaError(`the condition's '| ${(name || text).slice(0, 40)}' is not supported: count() is`);
  if (sign !== ">" && sign !== ">=")
    throw new SigmaError("count() is compared by > or >=: events are counted as they arrive");
  return {
    ...(field !== "" && { field }),
    ...(groupBy !== "" && { groupBy }),
    comparison: sign === ">" ? "gt" : "gte",
    count: Number(count),
  };
}
