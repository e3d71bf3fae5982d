import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import type { LogEventRow } from "../../../storage/log-event-store.js";
import type { MetricPoint } from "../../../storage/metric-store.js";
import type { FilterPattern } from "../filter-pattern/filter-pattern.js";

export interface CompiledFilter {
  readonly pattern: FilterPattern;
  readonly transformation: MetricTransformation;
}

const minuteMs = 60_000;

/**
 * What a batch of log events adds to a filter's metrics: for each minute and set of dimensions one point. A matching
 * event whose value is no number, or that lacks a dimension, adds nothing, as with AWS.
 */
export function measure({ pattern, transformation }: CompiledFilter, events: readonly LogEventRow[]): MetricPoint[] {
  const points = new Map<string, { -readonly [Key in keyof MetricPoint]: MetricPoint[Key] }>();
  const minutes = new Set<number>();
  const { metricNamespace: namespace = "", metricName = "", defaultValue } = transformation;
  for (const event of events) {
    const eventMinuteMs = Math.floor(event.timestampMs / minuteMs) * minuteMs;
    minutes.add(eventMinuteMs);
    const extracted = pattern.match(event.message);
    if (extracted === undefined) continue;
    const value = numberOf(transformation.metricValue ?? "", extracted);
    const dimensions = dimensionsOf(transformation.dimensions ?? {}, extracted);
    if (value === undefined || dimensions === undefined) continue;
    const key = `${eventMinuteMs} ${JSON.stringify(dimensions)}`;
    const point = points.get(key);
    if (point === undefined)
      points.set(key, {
        namespace,
        metricName,
        dimensions,
        minuteMs: eventMinuteMs,
        sampleCount: 1,
        sum: value,
        minimum: value,
        maximum: value,
        isDefault: false,
      });
    else {
      point.sampleCount++;
      point.sum += value;
      point.minimum = Math.min(point.minimum, value);
      point.maximum = Math.max(point.maximum, value);
    }
  }
  if (defaultValue === undefined) return [...points.values()];
  const matched = new Set([...points.values()].map((point) => point.minuteMs));
  const unmatched = [...minutes].filter((minute) => !matched.has(minute));
  const defaults = unmatched.map((minute) => ({
    namespace,
    metricName,
    dimensions: {},
    minuteMs: minute,
    sampleCount: 1,
    sum: defaultValue,
    minimum: defaultValue,
    maximum: defaultValue,
    isDefault: true,
  }));
  return [...points.values(), ...defaults];
}

/** A number, or the selector of one. */
function numberOf(value: string, extracted: Readonly<Record<string, string>>): number | undefined {
  const text = value.startsWith("$") ? extracted[value] : value;
  const number = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function dimensionsOf(
  wanted: Readonly<Record<string, string>>,
  extracted: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const dimensions: Record<string, string> = {};
  for (const [name, selector] of Object.entries(wanted)) {
    const value = extracted[selector];
    if (value === undefined || value === "") return undefined;
    dimensions[name] = value.slice(0, dimensionValueCharsMax);
  }
  return dimensions;
}

/** AWS's limit of CloudWatch. */
const dimensionValueCharsMax = 1024;
