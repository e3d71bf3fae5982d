import type { GetServiceGraphCommandInput, GetServiceGraphCommandOutput } from "@aws-sdk/client-xray";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { checkReference } from "../groups/group-input.js";
import { timeRangeOf } from "../time-range.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";
import { groupOfCall } from "./group-of-call.js";
import { pageOfServices } from "./page-of-services.js";

/** AWS's own limit. */
const rangeHoursMax = 6;

type Input = GetServiceGraphCommandInput;

/** What all traces of a range, or those of a group, are made of. */
export const getServiceGraph = (deps: XrayDeps) =>
  operation<Input, Omit<GetServiceGraphCommandOutput, "$metadata">>({
    name: "GetServiceGraph",
    readOnly: true,
    event: traceEvent,
    access: accessToAll("GetServiceGraph"),
    resources: () => traceResources,

    async execute(input, call) {
      const range = rangeOf(input);
      const scope = { accountId: call.accountId, region: call.region };
      const { groupArn, containsOldVersions } = await groupOfCall(deps.settings, scope, input, range);
      const totals = await deps.index.graph(scope, { ...range, ...(groupArn !== undefined && { groupArn }) });
      const { NextToken: token, ...request } = input;
      return {
        StartTime: new Date(range.fromMs),
        EndTime: new Date(range.untilMs),
        ContainsOldGroupVersions: containsOldVersions,
        ...pageOfServices(totals, { token, request }),
      };
    },
  });

/** @throws ServiceError for whatever cannot be asked. */
function rangeOf(input: Input): { fromMs: number; untilMs: number } {
  checkReference(new Constraints(), input).check();
  return timeRangeOf(input, rangeHoursMax);
}
