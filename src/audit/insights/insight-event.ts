import type { CallAttribute, CallSeries, CallTotals } from "../../storage/call-rate-store.js";
import type { EventRow } from "../../storage/event-store.js";
import { isoSeconds } from "../parameters.js";
import type { Grounds } from "./series-watch.js";

/** Version of the record's format. Source: CloudTrail User Guide, "CloudTrail Insights event record contents". */
const eventVersion = "1.09";
/** Values that AWS tells of an attribute. */
const valuesMax = 5;
const minuteMs = 60_000;

/** Calls of some minutes, and by whom. */
export interface ObservedCalls extends CallTotals {
  readonly minutes: number;
}

/** What is told of an unusual period, once when it begins and once when it ends. */
export interface ToldInsight {
  readonly series: CallSeries;
  /** Since the epoch. */
  readonly startMinute: number;
  readonly grounds: Grounds;
  /** What was usual before it. */
  readonly baseline: ObservedCalls;
  /** ARN of the trail whose data events were looked at; undefined for management events. */
  readonly insightSource?: string;
}

/** Makes the event that is delivered and kept: AWS's record, and in `insightContext.explanation` why it was made. */
export function insightEvent(
  insight: ToldInsight,
  facts: {
    readonly eventId: string;
    readonly sharedEventId: string;
    readonly state: "Start" | "End";
    /** When it began, or ended. */
    readonly minute: number;
    readonly observed: ObservedCalls;
    /** ARN of the trail or event data store that it is for; undefined: of every trail that wants it. */
    readonly addressee?: { readonly type: string; readonly name: string };
  },
): EventRow {
  const { series } = insight;
  const eventTimeMs = facts.minute * minuteMs;
  const record = {
    eventVersion,
    eventTime: isoSeconds(eventTimeMs),
    awsRegion: series.region,
    eventID: facts.eventId,
    eventType: "AwsCloudTrailInsight",
    recipientAccountId: series.accountId,
    sharedEventID: facts.sharedEventId,
    insightDetails: {
      state: facts.state,
      eventSource: series.eventSource,
      eventName: series.eventName,
      insightType: series.errorCode === "" ? "ApiCallRateInsight" : "ApiErrorRateInsight",
      ...(series.errorCode !== "" && { errorCode: series.errorCode }),
      sourceEventCategory: series.category,
      ...(insight.insightSource !== undefined && { insightSource: insight.insightSource }),
      insightContext: contextOf(insight, facts.observed),
    },
    eventCategory: "Insight",
  };
  return {
    eventId: facts.eventId,
    accountId: series.accountId,
    region: series.region,
    eventTimeMs,
    category: "Insight",
    eventSource: series.eventSource,
    eventName: series.eventName,
    readOnly: false,
    username: "",
    accessKeyId: "",
    errorCode: series.errorCode,
    resources: facts.addressee === undefined ? [] : [facts.addressee],
    record: JSON.stringify(record),
  };
}

function contextOf({ series, grounds, baseline }: ToldInsight, observed: ObservedCalls) {
  const attributes: readonly CallAttribute[] =
    series.errorCode === "" ? ["userIdentityArn", "userAgent", "errorCode"] : ["userIdentityArn", "userAgent"];
  return {
    statistics: {
      baseline: { average: perMinute(baseline.calls, baseline) },
      insight: { average: perMinute(observed.calls, observed) },
      insightDuration: observed.minutes,
      baselineDuration: baseline.minutes,
    },
    attributions: attributes.map((attribute) => ({
      attribute,
      insight: averagesOf(observed, attribute),
      baseline: averagesOf(baseline, attribute),
    })),
    explanation: {
      direction: grounds.direction,
      windowMinutes: grounds.windowMinutes,
      observed: grounds.observed,
      expected: rounded(grounds.expected),
      expectedLow: grounds.band.low,
      expectedHigh: grounds.band.high,
      log10Probability: rounded(grounds.log10Probability),
      text: explanationOf(series, grounds),
    },
  };
}

function averagesOf(calls: ObservedCalls, attribute: CallAttribute) {
  return calls.attributions
    .filter((each) => each.attribute === attribute)
    .slice(0, valuesMax)
    .map(({ value, calls: count }) => ({ value, average: perMinute(count, calls) }));
}

function perMinute(count: number, { minutes }: ObservedCalls): number {
  return rounded(count / minutes);
}

/** AWS's samples have ten decimals. */
function rounded(value: number): number {
  return Number(value.toFixed(10));
}

function explanationOf(series: CallSeries, { direction, windowMinutes, observed, band, log10Probability }: Grounds) {
  const what = series.errorCode === "" ? "calls" : `calls that failed with ${series.errorCode}`;
  const minutes = windowMinutes === 1 ? "one minute" : `${windowMinutes} minutes`;
  const bound = direction === "rise" ? `at most ${band.high}` : `at least ${band.low}`;
  return (
    `${observed} ${what} of ${series.eventName} in ${minutes}, where ${bound} would have been usual for the time; ` +
    `by what the series has shown, so many come about once in 10^${Math.round(-log10Probability)} such windows.`
  );
}
