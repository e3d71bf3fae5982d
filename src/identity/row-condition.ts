import type { RowKey } from "./policy/row-keys.js";

/**
 * What is left of policies when everything about a call is known and the rows that it would read are not: for each row,
 * whether policies allow it. `and` of no terms is every row, `or` of no terms is none; apart from these two, which stand
 * alone, `and` and `or` have at least two terms.
 */
export type RowCondition =
  | { readonly kind: "and" | "or"; readonly terms: readonly RowCondition[] }
  | { readonly kind: "not"; readonly term: RowCondition }
  | RowTest;

/** A question to the values that a row has for a key. */
export interface RowTest {
  /**
   * - `present`: there is a value
   * - `some`: some value meets one of the tests
   * - `outside`: some value meets none of the tests
   */
  readonly kind: "present" | "some" | "outside";
  readonly key: RowKey;
  readonly tests: readonly RowValueTest[];
}

/** What one value is held against: policy variables have become text. */
export interface RowValueTest {
  matches(value: string): boolean;
  /** The same for a store; always there for keys whose rows are in one (`xray:Annotation/…`). */
  readonly pattern?: RowPattern;
}

export interface RowPattern {
  readonly comparison: "=" | "BEGINSWITH" | "ENDSWITH" | "CONTAINS";
  /** Empty only after `=`: every value begins with nothing, and so no test is needed. */
  readonly text: string;
}

export const everyRow: RowCondition = { kind: "and", terms: [] };
export const noRow: RowCondition = { kind: "or", terms: [] };

export function isEveryRow(condition: RowCondition): boolean {
  return condition.kind === "and" && condition.terms.length === 0;
}

export function isNoRow(condition: RowCondition): boolean {
  return condition.kind === "or" && condition.terms.length === 0;
}

export function bothRows(...conditions: readonly RowCondition[]): RowCondition {
  return joined("and", conditions);
}

export function eitherRows(...conditions: readonly RowCondition[]): RowCondition {
  return joined("or", conditions);
}

export function otherRows(condition: RowCondition): RowCondition {
  if (isEveryRow(condition)) return noRow;
  if (isNoRow(condition)) return everyRow;
  return condition.kind === "not" ? condition.term : { kind: "not", term: condition };
}

function joined(kind: "and" | "or", conditions: readonly RowCondition[]): RowCondition {
  const [isAbsorbing, isNeutral] = kind === "and" ? [isNoRow, isEveryRow] : [isEveryRow, isNoRow];
  const absorbing = conditions.find(isAbsorbing);
  if (absorbing !== undefined) return absorbing;
  const terms = conditions.flatMap((condition) => {
    if (isNeutral(condition)) return [];
    return condition.kind === kind ? condition.terms : [condition];
  });
  return terms.length === 1 ? terms[0]! : { kind, terms };
}

/**
 * Whether a row meets a condition of which each test is answered, or is not known to be true or false: then neither may
 * the whole be.
 */
export function holdsForRow(
  condition: RowCondition,
  answer: (test: RowTest) => boolean | undefined,
): boolean | undefined {
  switch (condition.kind) {
    case "not": {
      const holds = holdsForRow(condition.term, answer);
      return holds === undefined ? undefined : !holds;
    }
    case "and":
    case "or": {
      const decisive = condition.kind === "or";
      let unknown = false;
      for (const term of condition.terms) {
        const holds = holdsForRow(term, answer);
        if (holds === decisive) return decisive;
        unknown ||= holds === undefined;
      }
      return unknown ? undefined : !decisive;
    }
    default:
      return answer(condition);
  }
}

/** The answer of a row all of whose values for the test's key are known. */
export function answerFrom({ kind, tests }: RowTest, values: readonly string[]): boolean {
  if (kind === "present") return values.length > 0;
  const meets = (value: string) => tests.some((test) => test.matches(value));
  return values.some((value) => meets(value) === (kind === "some"));
}
