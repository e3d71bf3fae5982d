import type { DeleteGroupCommandInput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { defaultGroupName, readGroups } from "../../../tracing/groups.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { deleteTags } from "../tag-store.js";
import { accessToGroup, findGroup, groupResources } from "./group-access.js";
import { checkReference } from "./group-input.js";

export const deleteGroup = (deps: XrayDeps) =>
  operation<DeleteGroupCommandInput, Record<string, never>>({
    name: "DeleteGroup",
    readOnly: false,
    event: management,
    access: (input, call) => accessToGroup(deps, "DeleteGroup", input, call),
    resources: (input) => groupResources(input),

    async execute(input, call) {
      checkReference(new Constraints(), input).check();
      return call.commit(async (tx) => {
        const group = findGroup(await readGroups(tx, call), input);
        if (group.name === defaultGroupName) throw invalidRequest(`The group ${defaultGroupName} cannot be deleted`);
        await tx
          .deleteFrom("xray_groups")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("group_name", "=", group.name)
          .execute();
        await deleteTags(tx, group.arn);
        return {};
      });
    },
  });
