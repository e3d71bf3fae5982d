import type { EventResource } from "../../../audit/event.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { Scope } from "../../../storage/scope.js";
import { readGroups, type TraceGroup } from "../../../tracing/groups.js";
import type { Call } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { groupConditions } from "../group-values.js";
import { readTags } from "../tag-store.js";
import type { GroupReference } from "./group-input.js";

/**
 * The group meant, by its name, its ARN or both. Names are case-sensitive.
 *
 * @throws InvalidRequestException `Group not found`, in words that infrastructure tools look for.
 */
export function findGroup(groups: readonly TraceGroup[], reference: GroupReference): TraceGroup {
  const found = groupMeant(groups, reference);
  if (found === undefined) throw groupNotFound(reference);
  return found;
}

export function groupNotFound({ GroupName, GroupARN }: GroupReference) {
  return invalidRequest(`Group not found: ${(GroupARN ?? GroupName ?? "").slice(0, shownCharsMax)}`);
}

function groupMeant(groups: readonly TraceGroup[], { GroupName, GroupARN }: GroupReference): TraceGroup | undefined {
  if (GroupName === undefined && GroupARN === undefined)
    throw invalidRequest("Name the group: GroupName or GroupARN must be given");
  return groups.find(
    ({ name, arn }) => (GroupName === undefined || name === GroupName) && (GroupARN === undefined || arn === GroupARN),
  );
}

/** Access to a group that is there, or to any of the name where it is not, so that nobody learns which. */
export async function accessToGroup(
  deps: XrayDeps,
  operation: string,
  reference: GroupReference,
  call: Call,
): Promise<AccessRequest[]> {
  const group = groupMeant(await readGroups(deps.settings.read, call), reference);
  const action = `xray:${operation}`;
  if (group === undefined) return [{ action, resource: reference.GroupARN ?? groupArnOf(call, reference.GroupName!) }];
  return [
    {
      action,
      resource: group.arn,
      conditions: groupConditions({ group, tags: await readTags(deps.settings.read, group.arn) }),
    },
  ];
}

/** As policies spell it, before the group has the unique part of its ARN. */
export function groupArnOf({ accountId, region }: Scope, name: string): string {
  return `arn:aws:xray:${region}:${accountId}:group/${name}/*`;
}

/** What is known of the group for the record, also when it was not found. */
export function groupResources(reference: GroupReference | undefined): readonly EventResource[] {
  const { GroupName, GroupARN } = reference ?? {};
  const name = typeof GroupName === "string" ? GroupName : nameInArn(GroupARN);
  if (name === undefined) return [];
  return [{ type: "AWS::XRay::Group", name, ...(typeof GroupARN === "string" && { arn: GroupARN }) }];
}

function nameInArn(arn: unknown): string | undefined {
  return typeof arn === "string" ? /:group\/([^/]+)/.exec(arn)?.[1] : undefined;
}

/** Longest ARN that the model knows. */
const shownCharsMax = 400;
