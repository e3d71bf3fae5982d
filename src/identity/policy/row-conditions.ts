import {
  eitherRows,
  noRow,
  otherRows,
  type RowCondition,
  type RowPattern,
  type RowTest,
  type RowValueTest,
} from "../row-condition.js";
import type { ConditionValues } from "./condition-values.js";
import type { OperatorForm } from "./conditions.js";
import { MalformedPolicy } from "./malformed-policy.js";
import { compilePattern } from "./pattern.js";
import type { RowKey } from "./row-keys.js";
import { isVariable, parseTemplate, resolveTemplate, type Template } from "./template.js";

/** A policy's condition on rows cannot be told exactly, with the values that its variables have in this call. */
export class UndecidableRows extends Error {
  override readonly name = "UndecidableRows";
}

/**
 * A condition on a key of rows, as far as it can be decided before the rows are known: the same as the condition itself
 * says of each row, its values given as texts.
 *
 * @throws MalformedPolicy for an operator with which no store can be asked exactly.
 */
export function compileRowCondition(
  { name, operator, set, ifExists }: OperatorForm,
  key: RowKey,
  texts: readonly string[],
  options: { variables: boolean },
): (values: ConditionValues) => RowCondition {
  if ((key.of === "annotation" || key.of === "group-tag") && key.name === "")
    throw new MalformedPolicy(
      `A condition key ends where the name of its ${key.of.replace("-", "'s ")} should follow.`,
    );
  if (!key.name.isWellFormed() || key.name.includes("\0"))
    throw new MalformedPolicy("A condition key holds a character that no name has.");
  const present: RowTest = { kind: "present", key, tests: [] };
  const absent = otherRows(present);
  if (operator === "Null") {
    const wanted = texts.map((text) => (text.toLowerCase() === "true" ? absent : present));
    return () => eitherRows(...new Set(wanted));
  }
  const testOfs = texts.map((text): ((values: ConditionValues) => RowValueTest | undefined) => {
    if (key.of === "annotation") return compileStoredTest(name, text, options);
    const test = operator.compile(text, options);
    return (values) => ({ matches: (value) => test(value, values) });
  });
  const { negated } = operator;
  return (values) => {
    const tests = testOfs.flatMap((testOf) => testOf(values) ?? []);
    const anything = tests.some(({ pattern }) => pattern !== undefined && isAnything(pattern));
    const some: RowCondition = anything ? present : tests.length === 0 ? noRow : { kind: "some", key, tests };
    const outside: RowCondition = anything ? noRow : tests.length === 0 ? present : { kind: "outside", key, tests };
    if (set === "all") return otherRows(negated ? some : outside);
    if (set === "any") return eitherRows(negated ? outside : some, ifExists ? absent : noRow);
    return negated ? otherRows(some) : eitherRows(some, ifExists ? absent : noRow);
  };
}

/** What a store of traces can be asked of texts. */
const storedOperators: ReadonlySet<string> = new Set([
  "stringequals",
  "stringnotequals",
  "stringlike",
  "stringnotlike",
]);

/** Gives nothing for a text with a variable that has no value: it matches nothing, as elsewhere. */
function compileStoredTest(
  operatorName: string,
  text: string,
  { variables }: { variables: boolean },
): (values: ConditionValues) => RowValueTest | undefined {
  if (!storedOperators.has(operatorName))
    throw new MalformedPolicy(
      "Conditions on xray:Annotation take StringEquals, StringNotEquals, StringLike, StringNotLike and Null: with others it cannot be told of every trace.",
    );
  if (!text.isWellFormed() || text.includes("\0"))
    throw new MalformedPolicy("A condition on xray:Annotation holds a character that no annotation has.");
  const wildcards = operatorName.endsWith("like");
  const template = parseTemplate(text, { variables, wildcards });
  const shape = shapeOf(template, text);
  if (!template.some(isVariable)) {
    const test = storedTest(
      shape,
      template.map((part) => (typeof part === "object" && "literal" in part ? part.literal : "")).join(""),
    );
    if (test === undefined) throw new MalformedPolicy(numberPatternProblem(text));
    return () => test;
  }
  return (values) => {
    const tokens = resolveTemplate(template, values);
    if (tokens === undefined) return undefined;
    const literal = tokens.map((token) => (typeof token === "object" ? token.literal : "")).join("");
    if (!literal.isWellFormed() || literal.includes("\0")) return undefined;
    const test = storedTest(shape, literal);
    if (test === undefined) throw new UndecidableRows(numberPatternProblem(literal));
    return test;
  };
}

/** @throws MalformedPolicy for wildcards elsewhere than at the ends. */
function shapeOf(template: Template, text: string): RowPattern["comparison"] {
  const isWild = template.map((part) => part === "*");
  const first = isWild.indexOf(false);
  const last = isWild.lastIndexOf(false);
  if (template.includes("?") || isWild.slice(Math.max(first, 0), last + 1).includes(true))
    throw new MalformedPolicy(
      `A condition on xray:Annotation takes wildcards only as '*' at the ends, which '${text.slice(0, 128)}' has elsewhere.`,
    );
  // Of wildcards alone, or of nothing.
  if (first < 0) return template.length > 0 ? "CONTAINS" : "=";
  if (isWild[0]) return isWild.at(-1) ? "CONTAINS" : "ENDSWITH";
  return isWild.at(-1) ? "BEGINSWITH" : "=";
}

/**
 * Annotations that are numbers count as their texts, too (`5`, `0.5`, `1e+21`). A store can be asked for one number, but
 * not for those whose texts begin alike.
 *
 * @returns undefined for a pattern that texts of numbers could match.
 */
function storedTest(comparison: RowPattern["comparison"], literal: string): RowValueTest | undefined {
  const pattern: RowPattern = { comparison, text: literal };
  if (comparison === "=") return { pattern, matches: (value) => value === literal };
  if (!isAnything(pattern) && /^[-+.e0-9]*$/.test(literal)) return undefined;
  const [before, after] = [comparison !== "BEGINSWITH", comparison !== "ENDSWITH"];
  const matches = compilePattern([
    ...(before ? (["*"] as const) : []),
    { literal },
    ...(after ? (["*"] as const) : []),
  ]);
  return { pattern, matches };
}

function isAnything({ comparison, text }: RowPattern): boolean {
  return comparison !== "=" && text === "";
}

function numberPatternProblem(text: string): string {
  return `A condition on xray:Annotation cannot be told exactly of numbers with the wildcards around '${text.slice(0, 128)}': name values in full, or put a letter beside the digits.`;
}
