import type { Filter, Value } from "../../../../src/tracing/filter/filter.js";
import { FilterError } from "../../../../src/tracing/filter/filter-error.js";
import { parseFilter } from "../../../../src/tracing/filter/parse-filter.js";
import { printFilter } from "../../../../src/tracing/filter/print-filter.js";

/** `text` and `term`, both. A filter that cannot be read is left as it is, so that nothing somebody wrote is lost. */
export function narrowedBy(text: string, term: string): string {
  const filter = readFilter(text);
  if (filter === undefined) return text;
  if (text.trim() === "") return term;
  const terms = filter.kind === "and" ? filter.terms : [filter];
  if (terms.some((each) => printFilter(each) === printFilter(parseFilter(term)))) return text;
  return `${filter.kind === "or" ? `(${text.trim()})` : text.trim()} AND ${term}`;
}

/** `text` with these bounds of the response time, in seconds, in place of those that it had. */
export function withinResponseTimes(text: string, from: number, until: number): string {
  const filter = readFilter(text);
  if (filter === undefined) return text;
  const terms = filter.kind === "and" ? filter.terms : [filter];
  const others = terms.filter((term) => !isBound(term));
  const kept =
    others.length === terms.length ? text : others.length === 0 ? "" : printFilter({ kind: "and", terms: others });
  const bounds = `responsetime >= ${from} AND responsetime <= ${until}`;
  if (kept.trim() === "") return bounds;
  const alone = readFilter(kept);
  return `${alone?.kind === "or" ? `(${kept.trim()})` : kept.trim()} AND ${bounds}`;
}

function isBound(term: Filter): boolean {
  return (
    term.kind === "keyword" &&
    term.keyword === "responsetime" &&
    term.comparison !== undefined &&
    term.comparison !== "!="
  );
}

export function annotationTerm(key: string, value: Value): string {
  return printFilter({ kind: "annotation", key, comparison: "=", value });
}

export function keywordTerm(keyword: string, value: Value): string {
  return printFilter({ kind: "keyword", keyword, comparison: "=", value });
}

export function serviceTerm(name: string): string {
  return printFilter({ kind: "service", node: { name } });
}

/** The traces that have none of it. */
export function withoutTerm(filter: Filter): string {
  return printFilter({ kind: "not", term: filter });
}

/** @returns undefined for what is no filter expression. */
export function readFilter(text: string): Filter | undefined {
  try {
    return parseFilter(text);
  } catch (problem) {
    if (problem instanceof FilterError) return undefined;
    throw problem;
  }
}

/** What is wrong with an expression, and where: offsets of its characters. */
export function problemOf(text: string): { message: string; from: number; to: number } | undefined {
  try {
    parseFilter(text);
    return undefined;
  } catch (problem) {
    if (!(problem instanceof FilterError)) throw problem;
    const from = problem.offset ?? 0;
    const word = /^[\w.]+/.exec(text.slice(from))?.[0].length ?? 1;
    const to = problem.offset === undefined ? text.length : Math.min(text.length, from + word);
    return { message: problem.message, from: Math.min(from, to), to };
  }
}
