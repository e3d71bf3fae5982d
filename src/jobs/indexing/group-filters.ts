import { BoundedCache } from "../../identity/bounded-cache.js";
import type { Filter } from "../../tracing/filter/filter.js";
import { inlineGroups } from "../../tracing/filter/inline-groups.js";
import { matches } from "../../tracing/filter/matches.js";
import { parseFilter } from "../../tracing/filter/parse-filter.js";
import type { TraceGroup } from "../../tracing/groups.js";
import type { TraceFacts } from "../../tracing/trace-facts.js";

/** What deciding on membership needs of a group. */
export type GroupFilter = Pick<TraceGroup, "name" | "arn" | "filterExpression">;

/** Sets of groups that are kept ready: one an account and region, and a new one for each change. */
const readySetsMax = 100;

interface ReadyGroup {
  readonly arn: string;
  /** `undefined`: the group holds every trace. `unusable`: its expression cannot be evaluated. */
  readonly filter: Filter | undefined | "unusable";
}

const readySets = new BoundedCache<string, readonly ReadyGroup[]>(readySetsMax);

/** ARNs of the groups that hold a trace, and how many groups could not be asked: their expressions cannot be evaluated. */
export function groupsOf(facts: TraceFacts, groups: readonly GroupFilter[]) {
  const arns: string[] = [];
  let skipped = 0;
  for (const { arn, filter } of readied(groups)) {
    if (filter === "unusable") skipped++;
    else if (filter === undefined) arns.push(arn);
    else
      try {
        if (matches(filter, facts)) arns.push(arn);
      } catch {
        skipped++;
      }
  }
  return { arns, skipped };
}

function readied(groups: readonly GroupFilter[]): readonly ReadyGroup[] {
  const key = JSON.stringify(groups.map(({ name, arn, filterExpression }) => [name, arn, filterExpression]));
  let ready = readySets.get(key);
  if (ready === undefined) {
    ready = groups.map(({ arn, filterExpression }) => ({ arn, filter: filterOf(filterExpression, groups) }));
    readySets.set(key, ready);
  }
  return ready;
}

function filterOf(expression: string, groups: readonly GroupFilter[]): ReadyGroup["filter"] {
  if (expression === "") return undefined;
  try {
    return inlineGroups(parseFilter(expression), groups);
  } catch {
    return "unusable"; // it was checked when it was set: a group it names may be gone
  }
}
