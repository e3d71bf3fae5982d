import { FilterError } from "../../../../src/tracing/filter/filter-error.js";
import { parseFilter } from "../../../../src/tracing/filter/parse-filter.js";

/** What is wrong with a filter expression, and where. */
export interface FilterProblem {
  readonly message: string;
  /** Offsets in the text, in UTF-16 units. */
  readonly from: number;
  readonly until: number;
}

/** @returns undefined for an expression that the service takes, as far as this can be said without its other groups. */
export function filterProblemOf(text: string): FilterProblem | undefined {
  try {
    parseFilter(text);
    return undefined;
  } catch (problem) {
    if (!(problem instanceof FilterError)) throw problem;
    const from = Math.min(problem.offset ?? 0, text.length);
    return { message: problem.message, from, until: problem.offset === undefined ? text.length : wordEnd(text, from) };
  }
}

function wordEnd(text: string, from: number): number {
  const length = /^[\w.]+|^./s.exec(text.slice(from))?.[0].length ?? 0;
  return from + length;
}
