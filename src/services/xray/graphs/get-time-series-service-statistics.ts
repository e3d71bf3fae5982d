import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  ForecastStatistics,
  GetTimeSeriesServiceStatisticsCommandInput,
  GetTimeSeriesServiceStatisticsCommandOutput,
  TimeSeriesServiceStatistics,
} from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SeriesItem, SeriesQuery } from "../../../storage/trace-index.js";
import { parseSelector } from "../../../tracing/filter/parse-selector.js";
import { faultBand } from "../../../tracing/forecast.js";
import { histogramOf, statisticsOf, totalCountOf } from "../../../tracing/graph-statistics.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken, invalidRequest } from "../errors.js";
import { filterErrorsNamed } from "../filter-of-call.js";
import { checkReference } from "../groups/group-input.js";
import { timeRangeOf } from "../time-range.js";
import { accessToRows, traceEvent, traceResources } from "../trace-event.js";
import { visibleTraces } from "../visible-traces.js";
import { groupOfCall } from "./group-of-call.js";
import { refusingTooMany } from "./refusing-too-many.js";

const minuteMs = 60_000;

/** AWS publishes none. A day at a minute is 1,440 items. */
const rangeHoursMax = 24;

/** In seconds; AWS's clients ask for 60 or 300. */
const periodDefault = 60;
const periodMax = 86_400;

/** About 4 MB of an answer; a page ends with the item that passes it. */
const histogramEntriesPerPageMax = 100_000;

/** What a forecast is made from. Source: the same as for anomalies, of which AWS says no more than "the past". */
const forecastHistoryMs = 24 * 60 * minuteMs;

/** Bands computed until others have their turn. */
const bandsPerTurn = 20;

type Deps = Pick<XrayDeps, "index" | "settings">;
type Input = GetTimeSeriesServiceStatisticsCommandInput;
type Output = Omit<GetTimeSeriesServiceStatisticsCommandOutput, "$metadata">;

/** Requests over time: of the nodes or edges selected, else of all that clients asked of roots. */
export const getTimeSeriesServiceStatistics = (deps: Deps) =>
  operation<Input, Output>({
    name: "GetTimeSeriesServiceStatistics",
    readOnly: true,
    event: traceEvent,
    access: accessToRows("GetTimeSeriesServiceStatistics"),
    resources: () => traceResources,

    async execute(input, call) {
      const asked = queryOf(input);
      const scope = { accountId: call.accountId, region: call.region };
      const { groupArn, containsOldVersions } = await groupOfCall(deps.settings, scope, input, asked);
      const visible = await visibleTraces(deps, call);
      const query: SeriesQuery = {
        ...asked,
        ...(groupArn !== undefined && { groupArn }),
        ...(visible && { visible }),
      };
      const fromMs = positionOf(input) ?? query.fromMs;
      const items =
        fromMs < query.untilMs ? await refusingTooMany(() => deps.index.series(scope, { ...query, fromMs })) : [];
      const page = pageOf(items);
      const next = items[page.length];
      const forecasts = input.ForecastStatistics
        ? await forecastsOf(deps, scope, { ...query, fromMs }, page)
        : undefined;
      return {
        TimeSeriesServiceStatistics: page.map((item) => worded(item, query.of, forecasts?.get(item))),
        ContainsOldGroupVersions: containsOldVersions,
        ...(next && { NextToken: encodePageToken([String(next.timeMs)], requestOf(input)) }),
      };
    },
  });

/** @throws ServiceError for whatever cannot be asked. */
function queryOf(input: Input): Omit<SeriesQuery, "groupArn" | "visible"> {
  checkReference(new Constraints(), input)
    .length("entitySelectorExpression", input.EntitySelectorExpression, { min: 1, max: 500 })
    .check();
  const range = timeRangeOf(input, rangeHoursMax);
  const period = input.Period ?? periodDefault;
  if (!(period >= 60 && period <= periodMax && period % 60 === 0))
    throw invalidRequest(`Period must be a multiple of 60 seconds, at most ${periodMax}`);
  const of = selectionOf(input);
  if (input.ForecastStatistics && !("node" in of))
    throw invalidRequest('ForecastStatistics needs an EntitySelectorExpression of services: id(name: "…", type: "…")');
  return { ...range, periodMs: period * 1000, of };
}

function selectionOf({ EntitySelectorExpression: text }: Input): SeriesQuery["of"] {
  if (text === undefined) return { source: { type: "client" }, target: {} };
  return filterErrorsNamed("EntitySelectorExpression", () => parseSelector(text));
}

function positionOf(input: Input): number | undefined {
  if (!input.NextToken) return undefined;
  const [time] = decodePageToken(input.NextToken, requestOf(input)) ?? [];
  const timeMs = Number(time);
  // A forged one may be anything; it must not reach beyond the range.
  if (time === undefined || !Number.isSafeInteger(timeMs) || timeMs < input.StartTime!.getTime())
    throw invalidNextToken();
  return timeMs;
}

/** What a page token belongs to. */
function requestOf({ NextToken: _, ...rest }: Input) {
  return rest;
}

function pageOf(items: readonly SeriesItem[]): readonly SeriesItem[] {
  let entries = 0;
  const end = items.findIndex((item) => {
    entries += item.histogram.size;
    return entries > histogramEntriesPerPageMax;
  });
  return end === -1 ? items : items.slice(0, end + 1);
}

function worded(
  item: SeriesItem,
  of: SeriesQuery["of"],
  forecast: ForecastStatistics | undefined,
): TimeSeriesServiceStatistics {
  return {
    Timestamp: new Date(item.timeMs),
    ["node" in of ? "ServiceSummaryStatistics" : "EdgeSummaryStatistics"]: statisticsOf(item),
    ResponseTimeHistogram: histogramOf(item),
    ...(forecast && { ServiceForecastStatistics: forecast }),
  };
}

/** For each item, what the day before its period let expect. */
async function forecastsOf(
  deps: Deps,
  scope: Scope,
  query: SeriesQuery,
  items: readonly SeriesItem[],
): Promise<Map<SeriesItem, ForecastStatistics>> {
  const firstPeriodMs = Math.floor(query.fromMs / query.periodMs) * query.periodMs;
  const before = { ...query, fromMs: firstPeriodMs - forecastHistoryMs, untilMs: firstPeriodMs };
  const past = [...(await refusingTooMany(() => deps.index.series(scope, before))), ...items].map((item) => ({
    timeMs: item.timeMs,
    totalCount: totalCountOf(item),
    faultCount: item.faultCount,
  }));
  const forecasts = new Map<SeriesItem, ForecastStatistics>();
  let oldest = 0;
  let newest = past.length - items.length;
  for (const item of items) {
    while (past[oldest]!.timeMs < item.timeMs - forecastHistoryMs) oldest += 1;
    const { low, high } = faultBand(past.slice(oldest, newest), { totalCount: totalCountOf(item) });
    forecasts.set(item, { FaultCountHigh: high, FaultCountLow: low });
    newest += 1;
    if (forecasts.size % bandsPerTurn === 0) await nextTurn();
  }
  return forecasts;
}
