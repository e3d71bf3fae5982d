import type { Environment } from "../../environment.js";
import type { MetricId, MetricPoint, MetricStatistics, MetricStore } from "../metric-store.js";
import type { Scope } from "../scope.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { RowWriter } from "./row-writer.js";
import { readMetricStatistics } from "./sql/read-metric-points.sql.js";

const rowBytesExpected = 512;

/** Metrics in the fact store. */
export class StoredMetrics implements MetricStore {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #environment: Environment;

  constructor(database: FactDatabase, writer: FactWriter, environment: Environment) {
    this.#database = database;
    this.#writer = writer;
    this.#environment = environment;
  }

  async putPoints(scope: Scope, points: readonly MetricPoint[]): Promise<void> {
    if (points.length === 0) return;
    const { clock, ids } = this.#environment;
    const recordedMs = clock.nowMs();
    const rows = new RowWriter(points.length * rowBytesExpected);
    for (const point of points)
      rows
        .text(scope.accountId)
        .text(scope.region)
        .text(point.namespace)
        .text(point.metricName)
        .text(dimensionsText(point.dimensions))
        .integer(point.minuteMs)
        .text(ids.uuid())
        .flag(point.isDefault)
        .integer(point.sampleCount)
        .fields(String(point.sum))
        .fields(String(point.minimum))
        .fields(String(point.maximum))
        .integer(recordedMs)
        .endRow();
    await this.#writer.put({ table: "metric_points", rows: [rows.take()] });
  }

  async readStatistics(
    scope: Scope,
    metric: MetricId,
    range: { readonly fromMs: number; readonly untilMs: number; readonly periodMs: number },
  ): Promise<MetricStatistics[]> {
    await this.#writer.visible("metric_points");
    const rows = await this.#database.query<StatisticsColumns>("facts.readMetricStatistics", readMetricStatistics, {
      ...scope,
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: dimensionsText(metric.dimensions),
      ...range,
    });
    return rows.map((row) => ({
      startMs: Number(row.start_ms),
      sampleCount: row.sample_count,
      sum: row.sum_of_values,
      minimum: row.minimum_of_values,
      maximum: row.maximum_of_values,
    }));
  }
}

interface StatisticsColumns {
  readonly start_ms: number;
  readonly sample_count: number;
  readonly sum_of_values: number;
  readonly minimum_of_values: number;
  readonly maximum_of_values: number;
}

/** One text for one set of dimensions, in whatever order they are given. */
function dimensionsText(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))));
}
