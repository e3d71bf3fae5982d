import type { GetInsightSummariesCommandInput, GetInsightSummariesCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { readGroups } from "../../../tracing/groups.js";
import { insightView } from "../../../tracing/insights/insight-view.js";
import { insightOf } from "../../../tracing/insights/stored-insights.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import { accessDenied } from "../../service-error.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { findGroup } from "../groups/group-access.js";
import { requireInt32 } from "../int32.js";
import { accessToRows } from "../trace-event.js";
import { seesWholeGroup } from "../visible-traces.js";
import { recentRangeOf, tokenConstraint } from "./find-insight.js";

const summariesPerPageMax = 100;
const statesMax = 1;

type Input = GetInsightSummariesCommandInput;

/** Insights of a group that overlap the range, newest first. */
export const getInsightSummaries = (deps: XrayDeps) =>
  operation<Input, Omit<GetInsightSummariesCommandOutput, "$metadata">>({
    name: "GetInsightSummaries",
    readOnly: true,
    event: management,
    access: accessToRows("GetInsightSummaries"),

    async execute(input, call) {
      checkConstraints(input);
      const group = findGroup(await readGroups(deps.settings.read, call), input);
      if (!(await seesWholeGroup(deps, call, group)))
        throw accessDenied(
          `Insights of group ${group.name} tell figures of all its traces, and policies do not let you see all of them`,
        );
      const { fromMs, untilMs } = recentRangeOf(input, call.nowMs);
      const state = input.States?.[0];
      let query = deps.settings.read
        .selectFrom("xray_insights")
        .select(["insight_id", "start_ms", "insight"])
        .where("group_arn", "=", group.arn)
        .where("start_ms", "<", untilMs)
        .where((where) => where.or([where("end_ms", "is", null), where("end_ms", ">", fromMs)]));
      if (state !== undefined) query = query.where("state", "=", state);
      const after = positionOf(input);
      if (after !== undefined)
        query = query.where((where) =>
          where.or([
            where("start_ms", "<", after.startMs),
            where.and([where("start_ms", "=", after.startMs), where("insight_id", "<", after.insightId)]),
          ]),
        );
      const pageSize = input.MaxResults ?? summariesPerPageMax;
      const rows = await query
        .orderBy("start_ms", "desc")
        .orderBy("insight_id", "desc")
        .limit(pageSize + 1)
        .execute();
      const page = rows.slice(0, pageSize);
      const last = page.at(-1);
      return {
        InsightSummaries: page.map((row) => {
          const insight = insightOf(row);
          return { ...insightView(insight, group), LastUpdateTime: new Date(insight.updatedMs) };
        }),
        ...(last !== undefined &&
          rows.length > page.length && {
            NextToken: encodePageToken([String(last.start_ms), last.insight_id], requestOf(input)),
          }),
      };
    },
  });

function checkConstraints({ States, GroupARN, GroupName, StartTime, EndTime, MaxResults, NextToken }: Input): void {
  requireInt32("", { maxResults: MaxResults });
  const constraints = new Constraints()
    .length("states", States, { max: statesMax })
    .length("groupARN", GroupARN, { min: 1, max: 400 })
    .length("groupName", GroupName, { min: 1, max: 32 })
    .required("startTime", StartTime)
    .required("endTime", EndTime)
    .range("maxResults", MaxResults, { min: 1, max: summariesPerPageMax });
  for (const [i, state] of (States ?? []).entries())
    constraints.oneOf(`states.${i + 1}.member`, state, ["ACTIVE", "CLOSED"]);
  tokenConstraint(constraints, NextToken).check();
}

function positionOf(input: Input): { startMs: number; insightId: string } | undefined {
  if (input.NextToken === undefined) return undefined;
  const [start, insightId] = decodePageToken(input.NextToken, requestOf(input)) ?? [];
  if (insightId === undefined || !/^\d{1,15}$/.test(start ?? "")) throw invalidNextToken();
  return { startMs: Number(start), insightId };
}

/** What a page token belongs to. */
function requestOf({ NextToken: _, MaxResults: __, ...rest }: Input) {
  return ["GetInsightSummaries", rest];
}
