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
  trace_id   String CODEC(ZSTD(1)),
  -- when its documents were read, microseconds since the epoch
  version    UInt64 CODEC(Delta, ZSTD(1)),
  -- 1: the trace stands at another time now
  is_deleted UInt8,
  received_ms Int64 CODEC(Delta, ZSTD(1)),
  -- first start and last end of all its segments and calls; what is in progress has no end (in_progress = 1)
  start_us   Int64 CODEC(Delta, ZSTD(1)),
  end_us     Int64 CODEC(Delta, ZSTD(1)),
  in_progress UInt8,
  -- those since the epoch in which segments or calls ended
  ended_minutes Array(Int32) CODEC(ZSTD(1)),
  duration_ms Int64 CODEC(ZSTD(1)),
  -- -1: none
  response_ms Int64 CODEC(ZSTD(1)),
  ok         UInt8,
  fault      UInt8,
  error      UInt8,
  throttle   UInt8,
  partial    UInt8,
  -- of the root segment; 0 and empty: unknown
  http_status     UInt16,
  http_url        String CODEC(ZSTD(1)),
  http_method     LowCardinality(String),
  http_user_agent String CODEC(ZSTD(1)),
  http_client_ip  String CODEC(ZSTD(1)),
  nodes Nested (
    name       LowCardinality(String),
    type       LowCardinality(String),
    account_id LowCardinality(String)
  ),
  segments Nested (
    name              LowCardinality(String),
    type              LowCardinality(String),
    account_id        LowCardinality(String),
    -- flagBits
    flags             UInt8,
    start_us          Int64,
    -- equal to start_us while in progress
    end_us            Int64,
    http_status       UInt16,
    http_url          String,
    http_method       LowCardinality(String),
    http_user_agent   String,
    http_client_ip    String,
    user              String,
    availability_zone LowCardinality(String),
    instance_id       LowCardinality(String),
    resource_arn      LowCardinality(String)
  ),
  calls Nested (
    source_name       LowCardinality(String),
    source_type       LowCardinality(String),
    source_account_id LowCardinality(String),
    target_name       LowCardinality(String),
    target_type       LowCardinality(String),
    target_account_id LowCardinality(String),
    flags             UInt8,
    start_us          Int64,
    end_us            Int64,
    http_status       UInt16,
    http_url          String,
    http_method       LowCardinality(String),
    event_age_us      Int64
  ),
  annotations Nested (
    key    LowCardinality(String),
    -- 0: text, 1: number, 2: boolean (number is 0 or 1)
    kind   UInt8,
    text   String,
    number Float64
  ),
  -- JSON each
  fault_causes         Array(String),
  error_causes         Array(String),
  response_time_causes Array(String),
  group_arns           Array(LowCardinality(String)),
  -- JSON without the root causes
  summary              String CODEC(ZSTD(1)),
  -- rows are almost in the order of time, so a minute is a few granules
  INDEX times (start_us, end_us, in_progress) TYPE minmax GRANULARITY 1,
  INDEX ids trace_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
-- by the day in which the last document was received, which our clock decides and a sender cannot; whole days are
-- dropped by retention, as those of the segments are
PARTITION BY intDiv(received_ms, 86400000)
ORDER BY (account_id, region, time_ms, trace_id)
${remadeSettings}`;
