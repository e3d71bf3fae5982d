import type { ListInsightsDataCommandInput, ListInsightsDataResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { EventPosition, LookupAttribute } from "../../../storage/event-store.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import { ServiceError } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { eventView } from "../history/lookup-events.js";
import { requireTrail, trailAccess } from "../trails/find-trail.js";
import { trailResources } from "../trails/trail-resources.js";

const historyMs = 90 * 24 * 60 * 60_000;
const pageMax = 50;
const valueCharsMax = 2000;
const dimensions = ["EventId", "EventName", "EventSource"] as const;
const invalid = (message: string, cause?: unknown) => cloudTrailError("InvalidParameter", message, cause);

/** Insights of a trail's data events in the last 90 days, newest first. */
export const listInsightsData = (deps: CloudTrailDeps) =>
  operation<ListInsightsDataCommandInput, ListInsightsDataResponse>({
    name: "ListInsightsData",
    readOnly: true,
    event: management,
    access: (input, call) => trailAccess(deps, "ListInsightsData", input.InsightSource as string, call),

    async execute(input, call) {
      const { InsightSource = "", DataType, StartTime, EndTime, MaxResults, NextToken } = input;
      if (DataType !== "InsightsEvents") throw invalid("DataType must be InsightsEvents.");
      if (!InsightSource.startsWith("arn:")) throw invalid("InsightSource must be the ARN of a trail.");
      if (MaxResults !== undefined && (MaxResults < 1 || MaxResults > pageMax))
        throw invalid(`MaxResults must be from 1 to ${pageMax}.`);
      if (StartTime && EndTime && StartTime > EndTime) throw invalid("StartTime must not be after EndTime.");
      const attribute = attributeOf(input.Dimensions);
      const trail = await requireTrail(deps.settings.read, InsightSource, call).catch((reason: unknown) => {
        throw reason instanceof ServiceError ? invalid(reason.message, reason) : reason;
      });

      const request = [call.accountId, call.region, trail.arn, attribute, StartTime?.getTime(), EndTime?.getTime()];
      const after = positionOf(NextToken, request);
      const limit = MaxResults ?? pageMax;
      const found = await deps.events.lookup(
        { accountId: call.accountId, region: call.region },
        {
          fromMs: Math.max(StartTime?.getTime() ?? 0, call.nowMs - historyMs),
          untilMs: EndTime === undefined ? call.nowMs : Math.floor(EndTime.getTime() / 1000) * 1000 + 999,
          categories: ["Insight"],
          addressee: trail.arn,
          ...(attribute && { attribute }),
          ...(after && { after }),
          limit: limit + 1,
        },
      );
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        Events: page.map(eventView),
        ...(last &&
          found.length > limit && { NextToken: encodePageToken([String(last.eventTimeMs), last.eventId], request) }),
      };
    },

    resources: (input, call) => trailResources(input.InsightSource, call),
  });

function attributeOf(given: ListInsightsDataCommandInput["Dimensions"]): LookupAttribute | undefined {
  if (given === undefined) return undefined;
  const entries = Object.entries(given);
  const [entry] = entries;
  const key = dimensions.find((dimension) => dimension === entry?.[0]);
  const value = entry?.[1] ?? "";
  if (entries.length !== 1 || key === undefined)
    throw invalid(`Dimensions must have exactly one of ${dimensions.join(", ")}.`);
  if (value.length < 1 || value.length > valueCharsMax)
    throw invalid(`The value of a dimension must have 1 to ${valueCharsMax} characters.`);
  return { key, value };
}

function positionOf(token: string | undefined, request: unknown): EventPosition | undefined {
  if (token === undefined) return undefined;
  const [time, eventId] = decodePageToken(token, request) ?? [];
  const eventTimeMs = Number(time);
  if (eventId === undefined || !Number.isSafeInteger(eventTimeMs))
    throw invalid("The next token is not valid, or was made for other parameters.");
  return { eventTimeMs, eventId };
}
