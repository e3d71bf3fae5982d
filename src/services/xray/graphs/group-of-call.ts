import type { Scope } from "../../../storage/scope.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import { readGroups, type TraceGroup } from "../../../tracing/groups.js";
import { invalidRequest } from "../errors.js";

/** The group a graph or series is restricted to. */
export interface GroupOfCall {
  /** What the index is asked for; absent for every trace. */
  readonly groupArn?: string;
  /** Whether traces of the range may be in the group by a filter that it no longer has. */
  readonly containsOldVersions: boolean;
}

/**
 * @param range epoch milliseconds.
 * @throws ServiceError if there is no such group, or name and ARN are of different ones.
 */
export async function groupOfCall(
  settings: SettingsStore,
  scope: Scope,
  { GroupName: name, GroupARN: arn }: { GroupName?: string; GroupARN?: string },
  range: { readonly fromMs: number; readonly untilMs: number },
): Promise<GroupOfCall> {
  if (name === undefined && arn === undefined) return { containsOldVersions: false };
  const groups = await readGroups(settings.read, scope);
  const group = groups.find((each) => (name ?? each.name) === each.name && (arn ?? each.arn) === each.arn);
  if (group === undefined) throw invalidRequest(`Group not found: ${(arn ?? name)?.slice(0, shownLengthMax)}`);
  return {
    // Default without a filter holds every trace, also those from before it was told so.
    ...(group.filterExpression !== "" && { groupArn: group.arn }),
    containsOldVersions: changedWithin(group, range),
  };
}

function changedWithin(group: TraceGroup, { fromMs, untilMs }: { fromMs: number; untilMs: number }): boolean {
  const { createdMs, filterChangedMs } = group;
  return filterChangedMs > createdMs && filterChangedMs > fromMs && filterChangedMs < untilMs;
}

const shownLengthMax = 400;
