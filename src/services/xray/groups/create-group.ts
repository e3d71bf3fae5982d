import type { CreateGroupCommandInput, CreateGroupCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import type { Ids } from "../../../environment.js";
import { defaultGroupName, readGroups, type TraceGroup } from "../../../tracing/groups.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { checkTags, putTags, requestTagConditions } from "../tag-store.js";
import { checkGroupFilter } from "./check-group-filter.js";
import { groupArnOf, groupResources } from "./group-access.js";
import { checkReference, insightsOf } from "./group-input.js";
import { groupView } from "./group-view.js";

/** AWS's quota of groups in an account and region; `Default` is not counted. */
const groupsMax = 25;
/** Letters, digits and dashes (AWS X-Ray Developer Guide, "Configuring groups"). */
const groupName = /^[A-Za-z0-9-]+$/;

/** Makes a group: traces that are compiled from now on are tested against its filter. */
export const createGroup = (deps: XrayDeps) =>
  operation<CreateGroupCommandInput, Omit<CreateGroupCommandOutput, "$metadata">>({
    name: "CreateGroup",
    readOnly: false,
    event: management,
    access: (input, call) => [
      {
        action: "xray:CreateGroup",
        resource: groupArnOf(call, input.GroupName!),
        conditions: requestTagConditions(input.Tags),
      },
    ],
    resources: (input, _call, output) => groupResources(output?.Group ?? input),

    async execute(input, call) {
      const name = input.GroupName!;
      checkReference(new Constraints(), { GroupName: name }).check();
      checkTags(input.Tags);
      if (!groupName.test(name)) throw invalidRequest("GroupName may hold letters, digits and dashes only");
      if (name.toLowerCase() === defaultGroupName.toLowerCase())
        throw invalidRequest(`The group name ${name} is reserved: the group ${defaultGroupName} already exists`);
      const group: TraceGroup = {
        name,
        arn: `arn:aws:xray:${call.region}:${call.accountId}:group/${name}/${uniquePart(deps.environment.ids)}`,
        filterExpression: input.FilterExpression ?? "",
        ...insightsOf(input.InsightsConfiguration, { insightsEnabled: false, notificationsEnabled: false }),
        createdMs: call.nowMs,
        filterChangedMs: call.nowMs,
      };
      return call.commit(async (tx) => {
        const groups = await readGroups(tx, call);
        if (groups.some((other) => other.name === name)) throw invalidRequest(`A group named ${name} already exists`);
        if (groups.length > groupsMax)
          throw invalidRequest(`There are ${groupsMax} groups, as many as an account may have in a region: delete one`);
        checkGroupFilter(group, groups);
        await tx
          .insertInto("xray_groups")
          .values({
            account_id: call.accountId,
            region: call.region,
            group_name: name,
            group_arn: group.arn,
            filter_expression: group.filterExpression,
            insights_enabled: group.insightsEnabled ? 1 : 0,
            notifications_enabled: group.notificationsEnabled ? 1 : 0,
            created_ms: group.createdMs,
            filter_changed_ms: group.filterChangedMs,
          })
          .execute();
        await putTags(tx, group.arn, input.Tags);
        return { Group: groupView(group) };
      });
    },
  });

/** The end of a group's ARN: 52 characters, so that a group made anew under an old name is another one. */
function uniquePart(ids: Ids): string {
  return Array.from(ids.bytes(uniqueChars), (byte) => base32[byte % base32.length]).join("");
}

const uniqueChars = 52;
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
