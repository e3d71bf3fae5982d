import type { EventRow } from "../storage/event-store.js";

/** What a trail can have its data events summed up by. */
export const aggregationTemplates = ["API_ACTIVITY", "RESOURCE_ACCESS", "USER_ACTIONS"] as const;
export type AggregationTemplate = (typeof aggregationTemplates)[number];

/** Windows are of five minutes and begin at multiples of them. */
export const windowMs = 5 * 60_000;

/**
 * Bounds of what is kept of a window, whatever callers put into user agents and ARNs: values of a dimension beyond these
 * are counted together, as `other`, and names are cut. A record then stays below 256 KB.
 */
const detailValuesMax = 50;
const nameCharsMax = 256;
export const other = "Other";

type Dimension = "eventName" | "resourceARN" | "userIdentity" | "userAgent" | "sourceIpAddress" | "errorCodes";

const primaryDimension: Readonly<Record<AggregationTemplate, Dimension>> = {
  API_ACTIVITY: "eventName",
  RESOURCE_ACCESS: "resourceARN",
  USER_ACTIONS: "userIdentity",
};

const dimensions: readonly Dimension[] = [
  "eventName",
  "resourceARN",
  "userIdentity",
  "userAgent",
  "sourceIpAddress",
  "errorCodes",
];

/** How often each value of each detail came, under one value of the primary dimension. */
export interface Counts {
  count: number;
  readonly details: Partial<Record<Dimension, Record<string, number>>>;
}

/** The values an event has in each dimension. A trace has no ARN, so X-Ray's events are in no RESOURCE_ACCESS. */
export function dimensionsOf(event: EventRow): Readonly<Record<Dimension, readonly string[]>> {
  const record = JSON.parse(event.record) as RecordView;
  const { userIdentity } = record;
  const named = (value: string | undefined) => (value ? [value.slice(0, nameCharsMax).toWellFormed()] : []);
  return {
    eventName: named(event.eventName),
    resourceARN: [...new Set((record.resources ?? []).flatMap(({ ARN }) => named(ARN)))],
    userIdentity: named(
      userIdentity?.arn ?? userIdentity?.invokedBy ?? (userIdentity?.principalId || userIdentity?.type),
    ),
    userAgent: named(record.userAgent),
    sourceIpAddress: named(record.sourceIPAddress),
    errorCodes: named(event.errorCode),
  };
}

interface RecordView {
  readonly userIdentity?: { readonly arn?: string; readonly invokedBy?: string; principalId?: string; type?: string };
  readonly resources?: readonly { readonly ARN?: string }[];
  readonly userAgent?: string;
  readonly sourceIPAddress?: string;
}

/** Under which values of a template's primary dimension an event counts: none, one, or several resources. */
export function primaryValues(
  template: AggregationTemplate,
  values: ReturnType<typeof dimensionsOf>,
): readonly string[] {
  return values[primaryDimension[template]];
}

export function addEvent(counts: Counts, template: AggregationTemplate, values: ReturnType<typeof dimensionsOf>): void {
  counts.count++;
  for (const dimension of dimensions) {
    if (dimension === primaryDimension[template]) continue;
    for (const value of values[dimension]) add(counts, dimension, value, 1);
  }
}

/** Adds what was counted elsewhere. */
export function addCounts(counts: Counts, more: Counts): void {
  counts.count += more.count;
  for (const dimension of dimensions)
    for (const [value, count] of Object.entries(more.details[dimension] ?? {})) add(counts, dimension, value, count);
}

function add({ details }: Counts, dimension: Dimension, value: string, count: number): void {
  let values = details[dimension];
  // Without a prototype: a user agent may be `constructor`.
  values ??= Object.create(null) as Record<string, number>;
  details[dimension] = values;
  const key = Object.hasOwn(values, value) || Object.keys(values).length < detailValuesMax ? value : other;
  values[key] = (values[key] ?? 0) + count;
}

/** What one aggregated event is about. */
export interface AggregatedWindow {
  readonly trailArn: string;
  readonly accountId: string;
  readonly region: string;
  readonly eventSource: string;
  readonly template: AggregationTemplate;
  readonly primaryValue: string;
  readonly windowStartMs: number;
}

/** The event of one window and primary value. It names the trail it is for: no other delivers it. */
export function aggregatedEvent(window: AggregatedWindow, counts: Counts, eventId: string): EventRow {
  const { accountId, region, eventSource, template, windowStartMs } = window;
  const record = {
    eventVersion: "1.0",
    accountId,
    awsRegion: region,
    eventId,
    eventSource,
    eventCategory: "Aggregated",
    eventType: "AwsAggregatedEvent",
    timeWindow: {
      windowStart: isoMinute(windowStartMs),
      windowEnd: isoMinute(windowStartMs + windowMs),
      windowSize: "PT5M",
    },
    summary: {
      primaryDimension: summaryOf(primaryDimension[template], { [window.primaryValue]: counts.count }),
      details: dimensions.flatMap((dimension) => {
        const values = counts.details[dimension];
        return values === undefined ? [] : [summaryOf(dimension, values)];
      }),
    },
  };
  return {
    eventId,
    accountId,
    region,
    eventTimeMs: windowStartMs,
    category: "Aggregated",
    eventSource,
    eventName: template,
    readOnly: true,
    username: "",
    accessKeyId: "",
    errorCode: "",
    resources: [{ type: "AWS::CloudTrail::Trail", name: window.trailArn }],
    record: JSON.stringify(record),
  };
}

function summaryOf(dimension: Dimension, values: Readonly<Record<string, number>>) {
  const statistics = Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((one, another) => another.value - one.value || (one.name < another.name ? -1 : 1));
  return { dimension, statistics, aggregationType: "Count" };
}

function isoMinute(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
