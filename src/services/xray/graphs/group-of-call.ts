import type { Scope } from "../../../storage/scope.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import { readGroups, type TraceGroup } from "../../../tracing/groups.js";
import { findGroup } from "../groups/group-access.js";
import type { GroupReference } from "../groups/group-input.js";

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
  reference: GroupReference,
  range: { readonly fromMs: number; readonly untilMs: number },
): Promise<GroupOfCall> {
  if (reference.GroupName === undefined && reference.GroupARN === undefined) return { containsOldVersions: false };
  const group = findGroup(await readGroups(settings.read, scope), reference);
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
