import type { GetInsightEventsCommandInput, GetInsightEventsCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import type { InsightEvent } from "../../../tracing/insights/insight.js";
import { insightEventView } from "../../../tracing/insights/insight-view.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { requireInt32 } from "../int32.js";
import { accessToRows } from "../trace-event.js";
import { findInsight, insightIdConstraints, tokenConstraint } from "./find-insight.js";

const eventsPerPageMax = 50;

/** What happened to an insight, newest first. */
export const getInsightEvents = (deps: XrayDeps) =>
  operation<GetInsightEventsCommandInput, Omit<GetInsightEventsCommandOutput, "$metadata">>({
    name: "GetInsightEvents",
    readOnly: true,
    event: management,
    access: accessToRows("GetInsightEvents"),

    async execute(input, call) {
      const { InsightId, MaxResults, NextToken } = input;
      requireInt32("", { maxResults: MaxResults });
      tokenConstraint(insightIdConstraints(InsightId), NextToken)
        .range("maxResults", MaxResults, { min: 1, max: eventsPerPageMax })
        .check();
      const { insight } = await findInsight(deps, call, InsightId!);
      const tokenOf = ["GetInsightEvents", insight.insightId];
      const before =
        NextToken === undefined ? undefined : Number(decodePageToken(NextToken, tokenOf)?.[0] ?? Number.NaN);
      if (before !== undefined && !Number.isSafeInteger(before)) throw invalidNextToken();
      const pageSize = MaxResults ?? eventsPerPageMax;
      let query = deps.settings.read
        .selectFrom("xray_insight_events")
        .select(["sequence", "event"])
        .where("insight_id", "=", insight.insightId);
      if (before !== undefined) query = query.where("sequence", "<", before);
      const rows = await query
        .orderBy("sequence", "desc")
        .limit(pageSize + 1)
        .execute();
      const page = rows.slice(0, pageSize);
      return {
        InsightEvents: page.map(({ event }) => insightEventView(JSON.parse(event) as InsightEvent)),
        ...(rows.length > page.length && { NextToken: encodePageToken([String(page.at(-1)!.sequence)], tokenOf) }),
      };
    },
  });
