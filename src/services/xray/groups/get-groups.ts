import type { GetGroupsCommandInput, GetGroupsCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { readGroups } from "../../../tracing/groups.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { groupView } from "./group-view.js";

/** Every group, `Default` first: their quota is small, so one page holds them and no token is ever given. */
export const getGroups = (deps: XrayDeps) =>
  operation<GetGroupsCommandInput, Omit<GetGroupsCommandOutput, "$metadata">>({
    name: "GetGroups",
    readOnly: true,
    event: management,
    access: accessToAll("GetGroups"),

    async execute(input, call) {
      new Constraints().length("nextToken", input.NextToken, { min: 1, max: 100 }).check();
      if (input.NextToken !== undefined) throw invalidNextToken();
      return { Groups: (await readGroups(deps.settings.read, call)).map(groupView) };
    },
  });
