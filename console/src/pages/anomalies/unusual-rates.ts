/** What a record of CloudTrail Insights tells. */
interface InsightRecord {
  readonly eventTime: string;
  readonly sharedEventID: string;
  readonly insightDetails: {
    readonly state: string;
    readonly eventSource: string;
    readonly eventName: string;
    readonly insightType: string;
    readonly errorCode?: string;
    readonly insightContext?: {
      readonly statistics?: {
        readonly baseline?: { readonly average: number };
        readonly insight?: { readonly average: number };
        readonly insightDuration?: number;
      };
      readonly attributions?: readonly {
        readonly attribute: string;
        readonly insight: readonly { readonly value: string; readonly average: number }[];
        readonly baseline: readonly { readonly value: string; readonly average: number }[];
      }[];
      readonly explanation?: {
        readonly windowMinutes: number;
        readonly observed: number;
        readonly expected: number;
        readonly expectedLow: number;
        readonly expectedHigh: number;
        readonly text: string;
      };
    };
  };
}

/** A period in which an operation was called, or failed, unusually often or seldom. */
export interface UnusualRate {
  readonly id: string;
  readonly eventSource: string;
  readonly eventName: string;
  /** Undefined: the rate is that of calls, not of errors. */
  readonly errorCode: string | undefined;
  readonly startMs: number;
  /** Undefined: it goes on. */
  readonly endMs: number | undefined;
  readonly usualPerMinute: number;
  readonly thenPerMinute: number;
  readonly explanation: string | undefined;
  /** What would have been usual in one minute of the window that decided. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
  readonly contributors: readonly Contributor[];
}

export interface Contributor {
  readonly attribute: string;
  readonly value: string;
  readonly thenPerMinute: number;
  readonly usualPerMinute: number;
}

/** Periods told by the records of their beginning and end, newest first. The end knows most of one. */
export function unusualRatesOf(records: readonly string[]): UnusualRate[] {
  const byId = new Map<string, { start?: InsightRecord; end?: InsightRecord }>();
  for (const text of records) {
    const record = JSON.parse(text) as InsightRecord;
    const known = byId.get(record.sharedEventID) ?? {};
    byId.set(record.sharedEventID, known);
    if (record.insightDetails.state === "End") known.end = record;
    else known.start = record;
  }
  return [...byId]
    .map(([id, { start, end }]) => rateOf(id, start, end))
    .sort((one, other) => other.startMs - one.startMs);
}

function rateOf(id: string, start: InsightRecord | undefined, end: InsightRecord | undefined): UnusualRate {
  const { insightDetails } = (end ?? start)!;
  const context = insightDetails.insightContext;
  const explanation = (start ?? end)?.insightDetails.insightContext?.explanation;
  const endMs = end && Date.parse(end.eventTime);
  const minutes = context?.statistics?.insightDuration ?? 0;
  return {
    id,
    eventSource: insightDetails.eventSource,
    eventName: insightDetails.eventName,
    errorCode: insightDetails.errorCode,
    startMs: start === undefined ? (endMs ?? 0) - minutes * 60_000 : Date.parse(start.eventTime),
    endMs,
    usualPerMinute: context?.statistics?.baseline?.average ?? 0,
    thenPerMinute: context?.statistics?.insight?.average ?? 0,
    explanation: explanation?.text,
    band: explanation && {
      low: explanation.expectedLow / explanation.windowMinutes,
      high: explanation.expectedHigh / explanation.windowMinutes,
    },
    contributors: (context?.attributions ?? []).flatMap(contributorsOf),
  };
}

type Attribution = NonNullable<NonNullable<InsightRecord["insightDetails"]["insightContext"]>["attributions"]>[number];

/** Those of the period first, then those who are missing in it. */
function contributorsOf({ attribute, insight, baseline }: Attribution): Contributor[] {
  const usual = new Map(baseline.map(({ value, average }) => [value, average]));
  const then = new Map(insight.map(({ value, average }) => [value, average]));
  return [...new Set([...then.keys(), ...usual.keys()])].map((value) => ({
    attribute,
    value,
    thenPerMinute: then.get(value) ?? 0,
    usualPerMinute: usual.get(value) ?? 0,
  }));
}

/** Three digits that count. */
export function rateText(perMinute: number): string {
  return Number(perMinute.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
}
