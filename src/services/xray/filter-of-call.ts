import type { Scope } from "../../storage/scope.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { Filter } from "../../tracing/filter/filter.js";
import { FilterError } from "../../tracing/filter/filter-error.js";
import { inlineGroups } from "../../tracing/filter/inline-groups.js";
import { parseFilter } from "../../tracing/filter/parse-filter.js";
import { readGroups } from "../../tracing/groups.js";
import { invalidRequest } from "./errors.js";

/**
 * A filter expression ready for a search: groups it names are written out.
 *
 * @returns undefined where there is none, or an empty one.
 * @throws ServiceError that says where the expression goes wrong and what would do.
 */
export async function filterOfCall(
  settings: SettingsStore,
  scope: Scope,
  expression: string | undefined,
): Promise<Filter | undefined> {
  if (!expression) return undefined;
  const filter = filterErrorsNamed("FilterExpression", () => parseFilter(expression));
  const groups = await readGroups(settings.read, scope);
  return filterErrorsNamed("FilterExpression", () => inlineGroups(filter, groups));
}

/** @throws ServiceError in place of a FilterError, naming the member of the request that it is in. */
export function filterErrorsNamed<Result>(member: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof FilterError) throw invalidRequest(`${member}: ${error.message}`);
    throw error;
  }
}
