import type { GetTraceSummariesCommandInput, GetTraceSummariesCommandOutput } from "@aws-sdk/client-xray";
import type { FoundTrace, TracePosition, TraceSearch } from "../../../storage/trace-index.js";
import { isTraceId } from "../../../tracing/trace-id.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import { WrittenJson } from "../../written-json.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken, invalidRequest } from "../errors.js";
import { filterOfCall } from "../filter-of-call.js";
import { timeRangeOf } from "../time-range.js";
import { accessToRows, traceEvent, traceResources } from "../trace-event.js";
import { visibleTraces, withoutLinks } from "../visible-traces.js";
import { seeking } from "./sought-traces.js";

/** AWS publishes none; its console goes to 6 hours, and callers were seen to ask for 10. */
const rangeHoursMax = 24;

const summariesPerPageMax = 1000;

type Input = GetTraceSummariesCommandInput;
type Output = Omit<GetTraceSummariesCommandOutput, "$metadata" | "TraceSummaries"> & {
  /** As the index keeps them: they are not read on their way. */
  readonly TraceSummaries: WrittenJson;
};

/** Summaries of the traces of a range that meet a filter, newest first. */
export const getTraceSummaries = (deps: XrayDeps) =>
  operation<Input, Output>({
    name: "GetTraceSummaries",
    readOnly: true,
    event: traceEvent,
    access: accessToRows("GetTraceSummaries"),
    resources: () => traceResources,
    soughtTraces: () => seeking("summary")({}),

    async execute(input, call) {
      const search = searchOf(input);
      const scope = { accountId: call.accountId, region: call.region };
      const filter = await filterOfCall(deps.settings, scope, input.FilterExpression);
      const visible = await visibleTraces(deps, call);
      const { traces, scannedCount, next } = await deps.index.search(scope, {
        ...search,
        ...(filter && { filter: visible ? withoutLinks(filter) : filter }),
        ...(visible && { visible }),
      });
      call.exposes(
        "summary",
        traces.map(({ traceId }) => traceId),
      );
      return {
        TraceSummaries: WrittenJson.list(traces.map(summaryText)),
        TracesProcessedCount: scannedCount,
        ApproximateTime: new Date(next?.timeMs ?? search.fromMs),
        ...(next && { NextToken: encodePageToken([String(next.timeMs), next.traceId], requestOf(input)) }),
      };
    },
  });

/** @throws ServiceError for whatever cannot be asked. */
function searchOf(input: Input): Omit<TraceSearch, "filter"> {
  new Constraints()
    .oneOf("timeRangeType", input.TimeRangeType, ["TraceId", "Event", "Service"])
    .oneOf("samplingStrategy.name", input.SamplingStrategy?.Name, ["PartialScan", "FixedRate"])
    .check();
  const { fromMs, untilMs } = timeRangeOf(input, rangeHoursMax);
  const share = shareOf(input);
  const after = positionOf(input);
  return {
    fromMs: Math.ceil(untilMs - (untilMs - fromMs) * partOf(input)),
    untilMs,
    by: input.TimeRangeType ?? "TraceId",
    limit: summariesPerPageMax,
    ...(share < 1 && { share }),
    ...(after && { after }),
  };
}

function positionOf(input: Input): TracePosition | undefined {
  if (!input.NextToken) return undefined;
  const [time, traceId] = decodePageToken(input.NextToken, requestOf(input)) ?? [];
  const timeMs = Number(time);
  if (traceId === undefined || !Number.isSafeInteger(timeMs)) throw invalidNextToken();
  // An empty id stands before all traces of its time.
  if (traceId !== "" && !isTraceId(traceId)) throw invalidNextToken();
  return { timeMs, traceId };
}

/**
 * What a page token belongs to. How much is sampled may change from page to page: Grafana halves the rate once it has
 * ten thousand traces, and goes on with the token it has.
 */
function requestOf({ StartTime, EndTime, TimeRangeType, FilterExpression }: Input) {
  return { StartTime, EndTime, TimeRangeType, FilterExpression: FilterExpression || undefined };
}

/** `PartialScan`: the newest part of the range; callers write it as a share or in percent. */
function partOf({ Sampling, SamplingStrategy: strategy }: Input): number {
  if (!Sampling || strategy?.Name !== "PartialScan") return 1;
  const value = strategy.Value ?? 100;
  if (!(value >= 0 && value <= 100)) throw invalidRequest("Value of a PartialScan must be from 0 to 100");
  return value > 1 ? value / 100 : value;
}

/** `FixedRate`: that share of the traces, the same ones at every page and every call. */
function shareOf({ Sampling, SamplingStrategy: strategy }: Input): number {
  if (!Sampling || strategy?.Name !== "FixedRate") return 1;
  const value = strategy.Value ?? 1;
  if (!(value >= 0 && value <= 1)) throw invalidRequest("Value of a FixedRate must be from 0 to 1");
  return value;
}

function summaryText({ summary, matchedEventMs }: FoundTrace): string {
  if (matchedEventMs === undefined) return summary;
  return `${summary.slice(0, -1)},"MatchedEventTime":${matchedEventMs / 1000}}`;
}
