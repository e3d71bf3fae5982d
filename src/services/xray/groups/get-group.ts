import type { GetGroupCommandInput, GetGroupCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { readGroups } from "../../../tracing/groups.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToGroup, findGroup, groupResources } from "./group-access.js";
import { checkReference } from "./group-input.js";
import { groupView } from "./group-view.js";

export const getGroup = (deps: XrayDeps) =>
  operation<GetGroupCommandInput, Omit<GetGroupCommandOutput, "$metadata">>({
    name: "GetGroup",
    readOnly: true,
    event: management,
    access: (input, call) => accessToGroup(deps, "GetGroup", input, call),
    resources: (input) => groupResources(input),

    async execute(input, call) {
      checkReference(new Constraints(), input).check();
      return { Group: groupView(findGroup(await readGroups(deps.settings.read, call), input)) };
    },
  });
