import type { UpdateGroupCommandInput, UpdateGroupCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { defaultGroupName, readGroups, type TraceGroup } from "../../../tracing/groups.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { checkGroupFilter } from "./check-group-filter.js";
import { accessToGroup, findGroup, groupResources } from "./group-access.js";
import { checkReference, insightsOf } from "./group-input.js";
import { groupView } from "./group-view.js";

/** Changes the members that are given; a new filter counts for traces that are compiled from now on. */
export const updateGroup = (deps: XrayDeps) =>
  operation<UpdateGroupCommandInput, Omit<UpdateGroupCommandOutput, "$metadata">>({
    name: "UpdateGroup",
    readOnly: false,
    event: management,
    access: (input, call) => accessToGroup(deps, "UpdateGroup", input, call),
    resources: (input, _call, output) => groupResources(output?.Group ?? input),

    async execute(input, call) {
      checkReference(new Constraints(), input).check();
      return call.commit(async (tx) => {
        const groups = await readGroups(tx, call);
        const before = findGroup(groups, input);
        const filterExpression = input.FilterExpression ?? before.filterExpression;
        const filterChanged = filterExpression !== before.filterExpression;
        if (filterChanged && before.name === defaultGroupName)
          throw invalidRequest(`The group ${defaultGroupName} holds every trace: its filter cannot be changed`);
        const after: TraceGroup = {
          ...before,
          filterExpression,
          ...insightsOf(input.InsightsConfiguration, before),
          filterChangedMs: filterChanged ? call.nowMs : before.filterChangedMs,
        };
        if (filterChanged) checkGroupFilter(after, groups);
        const changed = {
          filter_expression: after.filterExpression,
          insights_enabled: after.insightsEnabled ? 1 : 0,
          notifications_enabled: after.notificationsEnabled ? 1 : 0,
          filter_changed_ms: after.filterChangedMs,
        };
        await tx
          .insertInto("xray_groups")
          .values({
            account_id: call.accountId,
            region: call.region,
            group_name: after.name,
            group_arn: after.arn,
            created_ms: after.createdMs,
            ...changed,
          })
          .onConflict((conflict) => conflict.columns(["account_id", "region", "group_name"]).doUpdateSet(changed))
          .execute();
        return { Group: groupView(after) };
      });
    },
  });
