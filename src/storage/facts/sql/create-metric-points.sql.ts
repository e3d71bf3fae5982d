import { appendOnlySettings } from "./table-settings.sql.js";

/** One row for what a batch of log events adds to a minute of a metric. */
export const createMetricPoints = `
CREATE TABLE IF NOT EXISTS metric_points (
  account_id   LowCardinality(String),
  region       LowCardinality(String),
  namespace    LowCardinality(String),
  metric_name  LowCardinality(String),
  -- JSON object, keys in order
  dimensions   LowCardinality(String),
  -- milliseconds since the epoch
  minute_ms    Int64 CODEC(Delta, LZ4),
  -- a row written twice is one row
  point_id     String CODEC(ZSTD(1)),
  is_default   UInt8,
  sample_count Float64,
  sum          Float64,
  minimum      Float64,
  maximum      Float64,
  recorded_ms  Int64 CODEC(Delta, LZ4)
)
ENGINE = MergeTree
-- by the day of writing; whole days are dropped by retention
PARTITION BY intDiv(recorded_ms, 86400000)
ORDER BY (account_id, region, namespace, metric_name, dimensions, minute_ms, point_id)
${appendOnlySettings}`;
