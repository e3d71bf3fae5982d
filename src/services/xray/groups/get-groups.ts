import type { GetGroupsCommandInput, GetGroupsCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { answerFrom, holdsForRow } from "../../../identity/row-condition.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { readGroupValues, valuesOfGroup } from "../group-values.js";
import { accessToRows } from "../trace-event.js";
import { groupView } from "./group-view.js";

/** Every group that the caller may see, `Default` first: their quota is small, so one page holds them and no token is ever given. */
export const getGroups = (deps: XrayDeps) =>
  operation<GetGroupsCommandInput, Omit<GetGroupsCommandOutput, "$metadata">>({
    name: "GetGroups",
    readOnly: true,
    event: management,
    access: accessToRows("GetGroups"),

    async execute(input, call) {
      new Constraints().length("nextToken", input.NextToken, { min: 1, max: 100 }).check();
      if (input.NextToken !== undefined) throw invalidNextToken();
      const condition = call.visibleRows();
      const groups = (await readGroupValues(deps.settings.read, call)).filter(
        (values) =>
          condition === undefined ||
          holdsForRow(condition, (test) => answerFrom(test, valuesOfGroup(values, test.key))) === true,
      );
      return { Groups: groups.map(({ group }) => groupView(group)) };
    },
  });
