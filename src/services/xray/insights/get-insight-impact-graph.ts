import type { GetInsightImpactGraphCommandInput, GetInsightImpactGraphCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { readGroups } from "../../../tracing/groups.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken, invalidRequest } from "../errors.js";
import { accessToRows } from "../trace-event.js";
import { findInsight, insightIdConstraints, recentRangeOf, tokenConstraint } from "./find-insight.js";
import { impactGraph } from "./impact-graph.js";

const rangeHoursMax = 6;
const servicesPerPageMax = 100;

type Input = GetInsightImpactGraphCommandInput;

/** Who is affected by an insight: the services of its group in the range, as far as they have to do with it. */
export const getInsightImpactGraph = (deps: XrayDeps) =>
  operation<Input, Omit<GetInsightImpactGraphCommandOutput, "$metadata">>({
    name: "GetInsightImpactGraph",
    readOnly: true,
    event: management,
    access: accessToRows("GetInsightImpactGraph"),

    async execute(input, call) {
      const { InsightId, StartTime, EndTime, NextToken } = input;
      tokenConstraint(insightIdConstraints(InsightId), NextToken)
        .required("startTime", StartTime)
        .required("endTime", EndTime)
        .check();
      const { fromMs, untilMs } = recentRangeOf(input, call.nowMs);
      if (untilMs - fromMs > rangeHoursMax * 3_600_000)
        throw invalidRequest(`Time range cannot be longer than ${rangeHoursMax} hours`);
      const { insight, group } = await findInsight(deps, call, InsightId!);
      const tokenOf = ["GetInsightImpactGraph", insight.insightId, fromMs, untilMs];
      const offset = NextToken === undefined ? 0 : Number(decodePageToken(NextToken, tokenOf)?.[0] ?? Number.NaN);
      if (!Number.isSafeInteger(offset) || offset < 0) throw invalidNextToken();

      const scope = { accountId: call.accountId, region: call.region };
      const configured = (await readGroups(deps.settings.read, scope)).find(({ arn }) => arn === group.arn);
      const graph = await deps.index.graph(scope, {
        fromMs,
        untilMs,
        // The group without a filter holds every trace.
        ...(configured?.filterExpression !== "" && { groupArn: group.arn }),
      });
      const services = impactGraph(graph, insight);
      const end = offset + servicesPerPageMax;
      return {
        InsightId: insight.insightId,
        StartTime: new Date(fromMs),
        EndTime: new Date(untilMs),
        ServiceGraphStartTime: new Date(fromMs),
        ServiceGraphEndTime: new Date(Math.max(fromMs, Math.min(untilMs, call.nowMs))),
        Services: services.slice(offset, end),
        ...(services.length > end && { NextToken: encodePageToken([String(end)], tokenOf) }),
      };
    },
  });
