import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { GetTraceSummariesCommandInput, GetTraceSummariesCommandOutput, TraceSummary } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { TracePosition, TraceQuery } from "../../../storage/trace-store.js";
import { matchedEventTime, summaryOf } from "../../../tracing/summary.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken, invalidRequest } from "../errors.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";
import { readTraces } from "./read-traces.js";

const rangeHoursMax = 24;

const summariesPerPageMax = 1000;

/** Documents compiled for one page: about 0.1 s of one core, after which the page ends early. */
const pageLengthMax = 4 * 1024 * 1024;

/** Traces read at once: 100 MB, if all of them turn out as large as a trace may be. */
const tracesPerReadMax = 200;
/** The first read, before their size is known. */
const tracesOfFirstRead = 25;

type Input = GetTraceSummariesCommandInput;
type Output = Omit<GetTraceSummariesCommandOutput, "$metadata">;

/** Summaries of the traces of a range, newest first, made from what is stored when they are read. */
export const getTraceSummaries = (deps: XrayDeps) =>
  operation<Input, Output>({
    name: "GetTraceSummaries",
    readOnly: true,
    event: traceEvent,
    access: accessToAll("GetTraceSummaries"),
    resources: () => traceResources,

    async execute(input, call) {
      const query = queryOf(input);
      const scope = { accountId: call.accountId, region: call.region };
      const found = await deps.traces.findTraces(scope, { ...query, limit: summariesPerPageMax + 1 });
      const page = await readPage(deps, scope, query, found.slice(0, summariesPerPageMax), shareOf(input));
      const last = found[page.processed - 1];
      const more = last !== undefined && page.processed < found.length;
      return {
        TraceSummaries: page.summaries,
        TracesProcessedCount: page.processed,
        ApproximateTime: new Date(more ? last.timeMs : query.fromMs),
        ...(more && { NextToken: encodePageToken([String(last.timeMs), last.traceId], requestOf(input)) }),
      };
    },
  });

/** @throws ServiceError for whatever cannot be asked. */
function queryOf(input: Input): Omit<TraceQuery, "limit"> {
  new Constraints()
    .oneOf("timeRangeType", input.TimeRangeType, ["TraceId", "Event", "Service"])
    .oneOf("samplingStrategy.name", input.SamplingStrategy?.Name, ["PartialScan", "FixedRate"])
    .check();
  const from = input.StartTime?.getTime() ?? Number.NaN;
  const until = input.EndTime?.getTime() ?? Number.NaN;
  if (Number.isNaN(from)) throw invalidRequest("StartTime must be a point in time");
  if (Number.isNaN(until)) throw invalidRequest("EndTime must be a point in time");
  if (from >= until) throw invalidRequest("StartTime must be before EndTime");
  if (until - from > rangeHoursMax * 3_600_000)
    throw invalidRequest(`Time range cannot be longer than ${rangeHoursMax} hours`);
  if (input.FilterExpression)
    throw invalidRequest("Filter expressions are not offered yet: call GetTraceSummaries without FilterExpression");
  return {
    fromMs: Math.ceil(until - (until - from) * partOf(input)),
    untilMs: until,
    by: input.TimeRangeType ?? "TraceId",
    after: positionOf(input),
  };
}

function positionOf(input: Input): TracePosition | undefined {
  if (!input.NextToken) return undefined;
  const [time, traceId] = decodePageToken(input.NextToken, requestOf(input)) ?? [];
  const timeMs = Number(time);
  if (time === undefined || traceId === undefined || !Number.isFinite(timeMs)) throw invalidNextToken();
  return { timeMs, traceId };
}

/** What a page token belongs to. */
function requestOf({ NextToken: _, FilterExpression, ...rest }: Input) {
  return { ...rest, FilterExpression: FilterExpression || undefined };
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

function isInShare(traceId: string, share: number): boolean {
  if (share >= 1) return true;
  return createHash("sha256").update(traceId).digest().readUInt32BE(0) < share * 2 ** 32;
}

/** Reads in small groups and lets others have their turn in between; ends early once enough was compiled. */
async function readPage(
  deps: XrayDeps,
  scope: Scope,
  query: Omit<TraceQuery, "limit">,
  positions: readonly TracePosition[],
  share: number,
): Promise<{ summaries: TraceSummary[]; processed: number }> {
  const summaries: TraceSummary[] = [];
  let processed = 0;
  let length = 0;
  while (processed < positions.length && length < pageLengthMax) {
    const size = groupSize(processed, length);
    const ids = positions.slice(processed, processed + size).map(({ traceId }) => traceId);
    processed += ids.length;
    const wanted = ids.filter((id) => isInShare(id, share));
    if (wanted.length === 0) continue;
    const traces = await readTraces(deps, scope, wanted);
    for (const id of wanted) {
      const read = traces.get(id);
      if (read === undefined) continue; // its retention ended between the two queries
      length += read.length;
      const summary = summaryOf(read.trace);
      if (query.by !== "TraceId") summary.MatchedEventTime = matchedEventTime(read.trace, query);
      summaries.push(summary);
    }
    await nextTurn();
  }
  return { summaries, processed };
}

/** As many as the page still has room for, by the size of those seen so far. */
function groupSize(processed: number, length: number): number {
  if (processed === 0 || length === 0) return tracesOfFirstRead;
  const expected = Math.ceil((pageLengthMax - length) / (length / processed));
  return Math.max(1, Math.min(expected, tracesPerReadMax));
}
