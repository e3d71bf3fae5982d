import type { GetServiceGraphCommandInput, GetServiceGraphCommandOutput } from "@aws-sdk/client-xray";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { checkReference } from "../groups/group-input.js";
import { timeRangeOf } from "../time-range.js";
import { accessToRows, traceEvent, traceResources } from "../trace-event.js";
import { visibleTraces } from "../visible-traces.js";
import { groupOfCall } from "./group-of-call.js";
import { pageOfServices } from "./page-of-services.js";
import { refusingTooMany } from "./refusing-too-many.js";

/** AWS's own limit. */
const rangeHoursMax = 6;

type Input = GetServiceGraphCommandInput;

/** What all traces of a range, or those of a group, are made of. */
export const getServiceGraph = (deps: XrayDeps) =>
  operation<Input, Omit<GetServiceGraphCommandOutput, "$metadata">>({
    name: "GetServiceGraph",
    readOnly: true,
    event: traceEvent,
    access: accessToRows("GetServiceGraph"),
    resources: () => traceResources,

    async execute(input, call) {
      const range = rangeOf(input);
      const scope = { accountId: call.accountId, region: call.region };
      const { groupArn, containsOldVersions } = await groupOfCall(deps.settings, scope, input, range);
      const visible = await visibleTraces(deps, call);
      const query = { ...range, ...(groupArn !== undefined && { groupArn }), ...(visible && { visible }) };
      const totals = await refusingTooMany(() => deps.index.graph(scope, query));
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
