import type { ListInsightsMetricDataCommandInput, ListInsightsMetricDataResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { insightTypes } from "../../../audit/insights/insight-selection.js";
import { type Call, operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import { ServiceError } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireTrail, trailAccess } from "../trails/find-trail.js";
import { trailResources } from "../trails/trail-resources.js";

const dayMinutes = 1440;
/** Seconds of a period, and for how many days it can be asked. Source: CloudTrail API Reference, ListInsightsMetricData. */
const daysOfPeriod: Readonly<Record<number, number>> = { 60: 15, 300: 63, 3600: 90 };
const pointsMax = 21_600;
const invalid = (message: string) => cloudTrailError("InvalidParameter", message);

/** How many calls, or errors, there were of an operation, period by period, oldest first. A minute is counted once it is over. */
export const listInsightsMetricData = (deps: CloudTrailDeps) =>
  operation<ListInsightsMetricDataCommandInput, ListInsightsMetricDataResponse>({
    name: "ListInsightsMetricData",
    readOnly: true,
    event: management,
    access: async (input, call) => [
      { action: "cloudtrail:LookupEvents", resource: "*" },
      ...(input.TrailName === undefined ? [] : await trailAccess(deps, "ListInsightsData", input.TrailName, call)),
    ],

    async execute(input, call) {
      const { EventSource = "", EventName = "", InsightType, ErrorCode, TrailName, MaxResults = pointsMax } = input;
      const { Period = 3600, DataType = "NonZeroData" } = input;
      checkNames(input);
      const days = daysOfPeriod[Period];
      if (days === undefined) throw invalid("Period must be 60, 300 or 3600.");
      if (DataType !== "NonZeroData" && DataType !== "FillWithZeros")
        throw invalid("DataType must be NonZeroData or FillWithZeros.");
      if (MaxResults < 1 || MaxResults > pointsMax) throw invalid(`MaxResults must be from 1 to ${pointsMax}.`);
      const trail = TrailName === undefined ? undefined : await requireTrailByName(deps, TrailName, call);

      const minutes = Period / 60;
      const nowMinute = Math.floor(call.nowMs / 60_000);
      const endMinute = Math.min(nowMinute, Math.ceil((input.EndTime?.getTime() ?? call.nowMs) / 60_000));
      const oldest = nowMinute - days * dayMinutes;
      const startMinute = Math.max(oldest, Math.floor((input.StartTime?.getTime() ?? 0) / 60_000));
      if (input.StartTime && input.EndTime && input.StartTime > input.EndTime)
        throw invalid("StartTime must not be after EndTime.");

      const request = [
        call.accountId,
        call.region,
        trail?.arn,
        EventSource,
        EventName,
        InsightType,
        ErrorCode,
        Period,
        DataType,
        input.StartTime?.getTime(),
        input.EndTime?.getTime(),
      ];
      const from = positionOf(input.NextToken, request) ?? Math.floor(startMinute / minutes) * minutes;
      const series = {
        accountId: call.accountId,
        region: call.region,
        category: trail === undefined ? ("Management" as const) : ("Data" as const),
        eventSource: EventSource,
        eventName: EventName,
        errorCode: ErrorCode ?? "",
      };
      const range = { fromMinute: from, untilMinute: endMinute, minutes, limit: MaxResults + 1 };
      const counted = from < endMinute ? await deps.callRates.readPeriods(series, range) : [];
      const points = DataType === "FillWithZeros" ? filled(counted, range) : counted;
      const page = points.slice(0, MaxResults);
      const next = points[MaxResults];
      return {
        ...(trail && { TrailARN: trail.arn }),
        EventSource,
        EventName,
        InsightType,
        ...(ErrorCode !== undefined && { ErrorCode }),
        Timestamps: page.map(({ minute }) => new Date(minute * 60_000)),
        Values: page.map(({ calls }) => calls),
        ...(next && { NextToken: encodePageToken([String(next.minute)], request) }),
      };
    },

    resources: (input, call) => trailResources(input.TrailName, call),
  });

/** @throws InvalidParameter */
function checkNames({ EventSource = "", EventName = "", InsightType, ErrorCode }: ListInsightsMetricDataCommandInput) {
  if (EventSource.length > 256 || !/^[a-z0-9_-]+\.amazonaws\.com$/.test(EventSource))
    throw invalid("EventSource must be the name of a service, such as xray.amazonaws.com.");
  if (EventName.length > 128 || !/^[A-Za-z0-9_]+$/.test(EventName))
    throw invalid("EventName must be the name of an operation.");
  if (!insightTypes.some((type) => type === InsightType))
    throw invalid(`InsightType must be one of ${insightTypes.join(", ")}.`);
  if (InsightType === "ApiErrorRateInsight" && ErrorCode === undefined)
    throw invalid("ErrorCode must be given for ApiErrorRateInsight.");
  if (InsightType === "ApiCallRateInsight" && ErrorCode !== undefined)
    throw invalid("ErrorCode can be given for ApiErrorRateInsight only.");
  if (ErrorCode !== undefined && (ErrorCode.length > 128 || !/^[\w\d\s_.,\-:[\]]+$/.test(ErrorCode)))
    throw invalid("ErrorCode must be an error code.");
}

async function requireTrailByName(deps: CloudTrailDeps, name: string, call: Call) {
  return requireTrail(deps.settings.read, name, call).catch((reason: unknown) => {
    // This operation knows InvalidTrailName, and no error for a trail that is not there.
    if (reason instanceof ServiceError && reason.code !== "InvalidTrailNameException") throw invalid(reason.message);
    throw reason;
  });
}

function filled(
  counted: readonly { minute: number; calls: number }[],
  range: { fromMinute: number; untilMinute: number; minutes: number; limit: number },
): { minute: number; calls: number }[] {
  const calls = new Map(counted.map((point) => [point.minute, point.calls]));
  const points: { minute: number; calls: number }[] = [];
  for (
    let minute = range.fromMinute;
    minute < range.untilMinute && points.length < range.limit;
    minute += range.minutes
  )
    points.push({ minute, calls: calls.get(minute) ?? 0 });
  return points;
}

function positionOf(token: string | undefined, request: unknown): number | undefined {
  if (token === undefined) return undefined;
  const minute = Number(decodePageToken(token, request)?.[0]);
  if (!Number.isSafeInteger(minute)) throw invalid("The next token is not valid, or was made for other parameters.");
  return minute;
}
