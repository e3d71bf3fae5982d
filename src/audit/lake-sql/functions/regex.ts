import { QueryRefused } from "../query-refused.js";
import { arrayOf, bigint, boolean, varchar } from "../types.js";
import { quoted, type Value, value } from "../value.js";
import { counted, literalText, type Rule, type Rules } from "./rules.js";
import { textOf } from "./strings.js";

const patternCharsMax = 1000;

/** What the engine's expressions, which never backtrack, do not have. */
const beyond: readonly (readonly [RegExp, string])[] = [
  [/\(\?(?:=|!|<=|<!)/, "looking ahead or behind"],
  [/\(\?>|[*+?}]\+/, "groups without backtracking"],
  [/(?:^|[^\\])(?:\\\\)*\\[1-9k]/, "references to groups"],
];

/** A regular expression, which is checked before the query runs. */
function pattern(call: Parameters<Rule>[0], given: Value | undefined): string {
  const text = literalText(call, given, "pattern");
  if (text.length > patternCharsMax)
    throw new QueryRefused(`${call.name}: at most ${patternCharsMax} characters of a pattern`);
  for (const [shape, what] of beyond)
    if (shape.test(text)) throw new QueryRefused(`${call.name}: ${what} in patterns is not supported`);
  try {
    new RegExp(text.replaceAll(/\(\?[a-zA-Z]+\)/g, "").replaceAll(/\(\?[a-zA-Z]+:/g, "(?:"));
  } catch {
    throw new QueryRefused(`${call.name}: '${text.slice(0, 60)}' is not a regular expression`);
  }
  for (const [, count] of text.matchAll(/\{\d*,?(\d+)\}/g))
    if (Number(count) > 1000) throw new QueryRefused(`${call.name}: at most 1000 repetitions in a pattern`);
  return text;
}

function groupsIn(text: string): number {
  return (
    new RegExp(`${text.replaceAll(/\(\?[a-zA-Z]+\)/g, "").replaceAll(/\(\?[a-zA-Z]+:/g, "(?:")}|`).exec("")!.length - 1
  );
}

function groupOf(call: Parameters<Rule>[0], text: string, given: Value | undefined): number {
  if (given === undefined) return 0;
  const group = Number(/^toInt64\((\d{1,3})\)$/.exec(given.sql)?.[1] ?? Number.NaN);
  if (!(group <= groupsIn(text))) throw new QueryRefused(`${call.name}: the pattern has no such group`);
  return group;
}

const like: Rule = (call) => {
  const [of, by] = counted(call, 2);
  const text = textOf(call, of);
  return value(boolean, `match(${text.sql}, ${quoted(pattern(call, by))})`, text);
};

const extract: Rule = (call) => {
  const [of, by, group] = counted(call, 2, 3);
  const text = textOf(call, of);
  const shape = pattern(call, by);
  // The engine's function needs a group; the whole is one, too.
  const found = `regexpExtract(${text.sql}, ${quoted(`(${shape})`)}, ${groupOf(call, shape, group) + 1})`;
  return value(varchar, `if(match(${text.sql}, ${quoted(shape)}), ${found}, NULL)`, text);
};

const extractAll: Rule = (call) => {
  const [of, by, group] = counted(call, 2, 3);
  const text = textOf(call, of);
  const shape = pattern(call, by);
  const place = groupOf(call, shape, group) + 1;
  const all = `arrayMap(m -> toNullable(arrayElement(m, ${place})), extractAllGroupsVertical(assumeNotNull(v), ${quoted(`(${shape})`)}))`;
  return value(arrayOf(varchar), present(all, text), text);
};

/** A list made from text, NULL where that is. */
function present(list: string, text: Value): string {
  return `arrayMap(v -> ${list}, arrayFilter(v -> isNotNull(v), [${text.sql}]))`;
}

const replace: Rule = (call) => {
  const [of, by, other] = counted(call, 2, 3);
  const text = textOf(call, of);
  const shape = pattern(call, by);
  const written = other === undefined ? "" : literalText(call, other, "replacement");
  const result = written.replace(/\\(.)|\$(\d+)|\$|\\/g, (all, escaped?: string, group?: string) => {
    if (escaped !== undefined) return escaped === "\\" ? "\\\\" : escaped;
    if (group === undefined) throw new QueryRefused(`${call.name}: '${all}' in the replacement stands for nothing`);
    if (Number(group) > groupsIn(shape) || Number(group) > 9)
      throw new QueryRefused(`${call.name}: the pattern has no group ${group}`);
    return `\\${group}`;
  });
  return value(varchar, `replaceRegexpAll(${text.sql}, ${quoted(shape)}, ${quoted(result)})`, text);
};

const split: Rule = (call) => {
  const [of, by] = counted(call, 2);
  const text = textOf(call, of);
  const parts = `CAST(splitByRegexp(${quoted(pattern(call, by))}, assumeNotNull(v)), 'Array(Nullable(String))')`;
  return value(arrayOf(varchar), present(parts, text), text);
};

const count: Rule = (call) => {
  const [of, by] = counted(call, 2);
  const text = textOf(call, of);
  return value(bigint, `toInt64(countMatches(${text.sql}, ${quoted(pattern(call, by))}))`, text);
};

export const regexRules: Rules = {
  regexp_like: like,
  regexp_extract: extract,
  regexp_extract_all: extractAll,
  regexp_replace: replace,
  regexp_split: split,
  regexp_count: count,
};
