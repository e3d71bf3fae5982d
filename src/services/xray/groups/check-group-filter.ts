import { FilterError } from "../../../tracing/filter/filter-error.js";
import { inlineGroups } from "../../../tracing/filter/inline-groups.js";
import { parseFilter } from "../../../tracing/filter/parse-filter.js";
import type { TraceGroup } from "../../../tracing/groups.js";
import { invalidRequest } from "../errors.js";

/**
 * Holds the filter of a group that is being made or changed against the language and against the other groups: it may
 * refer to them, but not back to itself through them.
 *
 * @throws InvalidRequestException saying where and what was expected.
 */
export function checkGroupFilter(group: TraceGroup, groups: readonly TraceGroup[]): void {
  const others = groups.filter(({ name }) => name !== group.name);
  try {
    // A character that no store of texts keeps; the language has no use for it either.
    if (group.filterExpression.includes("\0")) throw new FilterError("symbol", "Invalid input symbol");
    inlineGroups(parseFilter(group.filterExpression), [...others, group]);
  } catch (problem) {
    if (problem instanceof FilterError) throw invalidRequest(problem.message);
    throw problem;
  }
}
