import { appendOnlySettings, remadeSettings } from "./table-settings.sql.js";

/**
 * Which minutes of graphs changed: a row a minute and who changed it, written before the rows of `traces` that change it.
 * The rows of a minute together are its state; totals remember of which state they are, and are right while it lasts.
 * States and not times are compared, so that clocks need not agree.
 */
export const createTouchedMinutes = `
CREATE TABLE IF NOT EXISTS touched_minutes (
  account_id   LowCardinality(String),
  region       LowCardinality(String),
  -- since the epoch
  minute       Int32 CODEC(Delta, ZSTD(1)),
  -- of the trace, days since the epoch: retention drops a trace and what tells of it together, and the state is another
  received_day Int32,
  -- the process that wrote it, and its count, which only grows: microseconds since the epoch, if its clock does not go back
  writer_id    LowCardinality(String),
  touched_us   Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(touched_us)
PARTITION BY received_day
ORDER BY (account_id, region, minute, received_day, writer_id)
${appendOnlySettings}`;

/**
 * Totals of past minutes, to be made again from `traces`. All rows of a minute of an account and region are made
 * together, in one insert, with one version: of several versions only the highest counts, as a whole. Its row of kind 0
 * is always there.
 */
export const createGraphMinutes = `
CREATE TABLE IF NOT EXISTS graph_minutes (
  account_id LowCardinality(String),
  region     LowCardinality(String),
  -- empty: of all traces
  group_arn  LowCardinality(String),
  -- since the epoch
  minute     Int32 CODEC(Delta, ZSTD(1)),
  -- 0: the minute itself, 1: a node (source), 2: an edge
  kind       UInt8,
  source_name       LowCardinality(String),
  source_type       LowCardinality(String),
  source_account_id LowCardinality(String),
  target_name       LowCardinality(String),
  target_type       LowCardinality(String),
  target_account_id LowCardinality(String),
  is_link    UInt8,
  -- microseconds since the epoch, if the clock of who made it does not go back
  version    UInt64 CODEC(Delta, ZSTD(1)),
  -- kind 0: of which state of \`touched_minutes\` the totals are
  state      UInt64,
  ok_count       UInt64,
  error_count    UInt64,
  throttle_count UInt64,
  fault_count    UInt64,
  total_us   Int64,
  -- milliseconds and how many had them
  histogram  Nested (value UInt64, count UInt64),
  start_us   Int64,
  end_us     Int64,
  is_root     UInt8,
  is_inferred UInt8
)
ENGINE = ReplacingMergeTree(version)
-- by the day of making: when it is past retention, so are all traces that were counted
PARTITION BY intDiv(version, 86400000000)
ORDER BY (
  account_id, region, group_arn, minute, kind, source_name, source_type, source_account_id, target_name, target_type,
  target_account_id, is_link
)
${remadeSettings}, default_compression_codec = 'ZSTD(1)'`;
