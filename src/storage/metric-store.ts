import type { Scope } from "./scope.js";

/** Which metric: points of other dimensions belong to other metrics. */
export interface MetricId {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What one batch of log events adds to one minute of a metric. */
export interface MetricPoint extends MetricId {
  readonly minuteMs: number;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Stands for "log events came and none matched": counts only while its minute has no other points. */
  readonly isDefault: boolean;
}

export interface MetricStatistics {
  /** Start of the period, milliseconds. */
  readonly startMs: number;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Counts over time that metric filters make of log events. */
export interface MetricStore {
  /** Resolves once durable. Rejects as TraceStore.putSegments does. */
  putPoints(scope: Scope, points: readonly MetricPoint[]): Promise<void>;

  /**
   * Periods with points, oldest first, `fromMs` inclusive, `untilMs` exclusive; both and `periodMs` are whole minutes.
   * Sees every put acknowledged before the call.
   */
  readStatistics(
    scope: Scope,
    metric: MetricId,
    range: { readonly fromMs: number; readonly untilMs: number; readonly periodMs: number },
  ): Promise<MetricStatistics[]>;
}
