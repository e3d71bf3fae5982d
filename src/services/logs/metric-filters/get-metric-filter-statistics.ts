import { management } from "../../../audit/event.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { LogsDeps } from "../deps.js";
import { invalidParameter } from "../errors.js";

const minuteMs = 60_000;
/** AWS's limit of GetMetricStatistics. */
const datapointsMax = 1440;
const textCharsMax = 255;

interface Input {
  readonly MetricNamespace: string;
  readonly MetricName: string;
  readonly Dimensions: Readonly<Record<string, string>>;
  readonly startMs: number;
  readonly untilMs: number;
  readonly periodMs: number;
}

interface Output {
  readonly Datapoints: readonly {
    readonly Timestamp: string;
    readonly SampleCount: number;
    readonly Sum: number;
    readonly Minimum: number;
    readonly Maximum: number;
    readonly Average: number;
  }[];
}

/**
 * An extension: what metric filters counted, over time. AWS has this in CloudWatch, which is no part of this service;
 * so the permission is CloudWatch's, `cloudwatch:GetMetricStatistics`.
 */
export const getMetricFilterStatistics = (deps: LogsDeps) =>
  extensionRoute(
    operation<Record<string, unknown>, Output>({
      name: "GetMetricFilterStatistics",
      readOnly: true,
      event: management,
      access: () => [{ action: "cloudwatch:GetMetricStatistics", resource: "*" }],
      async execute(given, call) {
        const input = checked(given, call.nowMs);
        const { startMs, untilMs, periodMs } = input;
        const rows = await deps.metrics.readStatistics(
          { accountId: call.accountId, region: call.region },
          { namespace: input.MetricNamespace, metricName: input.MetricName, dimensions: input.Dimensions },
          { fromMs: startMs, untilMs, periodMs },
        );
        return {
          Datapoints: rows.map((row) => ({
            Timestamp: new Date(row.startMs).toISOString().replace(/\.\d+Z$/, "Z"),
            SampleCount: row.sampleCount,
            Sum: row.sum,
            Minimum: row.minimum,
            Maximum: row.maximum,
            Average: row.sum / row.sampleCount,
          })),
        };
      },
    }),
  );

/** @throws ServiceError InvalidParameterException */
function checked(given: Record<string, unknown>, nowMs: number): Input {
  const text = (name: string) => {
    const value = given[name];
    if (typeof value !== "string" || value.length < 1 || value.length > textCharsMax)
      throw invalidParameter(`${name} must be a text of 1 to ${textCharsMax} characters.`);
    return value;
  };
  const time = (name: string, fallbackMs: number) => {
    const value = given[name];
    if (value === undefined) return fallbackMs;
    const ms = typeof value === "number" ? value * 1000 : typeof value === "string" ? Date.parse(value) : Number.NaN;
    if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
      throw invalidParameter(`${name} must be epoch seconds or a time in ISO 8601.`);
    return ms;
  };
  const period = given["Period"] ?? 60;
  if (typeof period !== "number" || period < 60 || period > 86_400 || period % 60 !== 0)
    throw invalidParameter("Period must be a multiple of 60 from 60 to 86400 seconds.");
  const periodMs = period * 1000;
  const endMs = time("EndTime", nowMs);
  const startMs = Math.floor(time("StartTime", endMs - 3_600_000) / minuteMs) * minuteMs;
  const untilMs = Math.ceil(endMs / minuteMs) * minuteMs;
  if (startMs >= untilMs) throw invalidParameter("StartTime must be before EndTime.");
  if ((untilMs - startMs) / periodMs > datapointsMax)
    throw invalidParameter(
      `At most ${datapointsMax} datapoints are answered: choose a longer period or a shorter range.`,
    );
  const dimensions = given["Dimensions"] ?? {};
  if (
    typeof dimensions !== "object" ||
    dimensions === null ||
    Array.isArray(dimensions) ||
    !Object.values(dimensions).every((value) => typeof value === "string")
  )
    throw invalidParameter("Dimensions must be an object of texts.");
  return {
    MetricNamespace: text("MetricNamespace"),
    MetricName: text("MetricName"),
    Dimensions: dimensions as Record<string, string>,
    startMs,
    untilMs,
    periodMs,
  };
}
