import { remadeSettings } from "./table-settings.sql.js";

/**
 * Bits of `segments.flags` and `calls.flags`, in the order of their values from 1.
 * @see TraceFacts
 */
export const flagBits = { fault: 0, error: 1, throttle: 2, inProgress: 3, root: 4, inferred: 5, link: 6 } as const;

/**
 * One row a compiled trace: `TraceFacts` in columns. A later version replaces it, at the latest when it is read. Made of
 * `segments` and to be made again from them, so it needs no sync of its own, and what a loss of power breaks is set
 * aside, however much it is.
 */
export const createTraces = `
CREATE TABLE IF NOT EXISTS traces (
  account_id LowCardinality(String),
  region     LowCardinality(String),
  -- the trace's place in lists, milliseconds since the epoch
  time_ms    Int64 CODEC(Delta, ZSTD(1)),
  trace_id   String,
  -- when its documents were read, microseconds since the epoch
  version    UInt64 CODEC(Delta, ZSTD(1)),
  -- 1: the trace stands at another time now
  is_deleted UInt8,
  received_ms Int64 CODEC(Delta, ZSTD(1)),
  -- of the segments that were sent: the first start, and the last and the first end of those that ended
  start_us   Int64 CODEC(Delta, ZSTD(1)),
  end_us     Int64 CODEC(Delta, ZSTD(1)),
  first_end_us Int64 CODEC(Delta, ZSTD(1)),
  -- 1: some segment that was sent has no end yet
  in_progress UInt8,
  -- those since the epoch in which segments or calls ended
  ended_minutes Array(Int32),
  duration_ms Int64,
  -- -1: none
  response_ms Int64,
  ok         UInt8,
  fault      UInt8,
  error      UInt8,
  throttle   UInt8,
  partial    UInt8,
  -- of the root segment; 0 and empty: unknown
  http_status     UInt16,
  http_url        String,
  http_method     LowCardinality(String),
  http_user_agent String,
  http_client_ip  String,
  "nodes.name" Array(String),
  "nodes.type" Array(String),
  "nodes.account_id" Array(String),
  "segments.name" Array(String),
  "segments.type" Array(String),
  "segments.account_id" Array(String),
  -- flagBits
  "segments.flags" Array(UInt8),
  "segments.start_us" Array(Int64) CODEC(Delta, ZSTD(1)),
  -- equal to start_us while in progress
  "segments.end_us" Array(Int64) CODEC(Delta, ZSTD(1)),
  "segments.http_status" Array(UInt16),
  "segments.http_url" Array(String),
  "segments.http_method" Array(String),
  "segments.http_user_agent" Array(String),
  "segments.http_client_ip" Array(String),
  "segments.user" Array(String),
  "segments.availability_zone" Array(String),
  "segments.instance_id" Array(String),
  "segments.resource_arn" Array(String),
  "calls.source_name" Array(String),
  "calls.source_type" Array(String),
  "calls.source_account_id" Array(String),
  "calls.target_name" Array(String),
  "calls.target_type" Array(String),
  "calls.target_account_id" Array(String),
  "calls.flags" Array(UInt8),
  "calls.start_us" Array(Int64) CODEC(Delta, ZSTD(1)),
  "calls.end_us" Array(Int64) CODEC(Delta, ZSTD(1)),
  "calls.http_status" Array(UInt16),
  "calls.http_url" Array(String),
  "calls.http_method" Array(String),
  "calls.event_age_us" Array(Int64),
  "annotations.key" Array(String),
  -- 0: text, 1: number, 2: boolean (number is 0 or 1)
  "annotations.kind" Array(UInt8),
  "annotations.text" Array(String),
  "annotations.number" Array(Float64),
  -- JSON each
  fault_causes         Array(String),
  error_causes         Array(String),
  response_time_causes Array(String),
  group_arns           Array(String),
  -- JSON without the root causes
  summary              String,
  -- rows are almost in the order of time, so a minute is a few granules
  INDEX times (start_us, end_us, first_end_us, in_progress) TYPE minmax GRANULARITY 1,
  INDEX minutes (arrayMin(ended_minutes), arrayMax(ended_minutes)) TYPE minmax GRANULARITY 1,
  INDEX ids trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  -- what few traces have is found in a few granules of an hour
  INDEX node_names "nodes.name" TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX source_names "calls.source_name" TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX target_names "calls.target_name" TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX annotation_keys "annotations.key" TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX annotation_texts "annotations.text" TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
-- by the day in which the last document was received, which our clock decides and a sender cannot; whole days are
-- dropped by retention, as those of the segments are
PARTITION BY intDiv(received_ms, 86400000)
ORDER BY (account_id, region, time_ms, trace_id)
${remadeSettings}, default_compression_codec = 'ZSTD(1)',
  min_bytes_for_wide_part = 134217728`;
