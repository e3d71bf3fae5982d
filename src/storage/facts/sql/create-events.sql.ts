import { appendOnlySettings } from "./table-settings.sql.js";

/**
 * One row a record of a call. Rows never replace each other, so that reading a range of commits again gives the same;
 * what was written twice is left out when it is read.
 */
export const createEvents = `
CREATE TABLE IF NOT EXISTS events (
  account_id     LowCardinality(String),
  region         LowCardinality(String),
  -- Management | Data | Insight | NetworkActivity | Aggregated
  category       LowCardinality(String),
  -- milliseconds since the epoch
  event_time_ms  Int64 CODEC(Delta, LZ4),
  event_id       String CODEC(ZSTD(1)),
  event_source   LowCardinality(String),
  event_name     LowCardinality(String),
  read_only      UInt8,
  username       LowCardinality(String),
  access_key_id  LowCardinality(String),
  error_code     LowCardinality(String),
  -- type and name of the same resource have the same place
  resource_types Array(LowCardinality(String)),
  resource_names Array(String) CODEC(ZSTD(1)),
  -- the CloudTrail record, one JSON object; very alike from call to call, hence ZSTD
  record         String CODEC(ZSTD(1)),
  -- milliseconds since the epoch, by the clock of the process that wrote it
  recorded_ms    Int64 CODEC(Delta, LZ4),
  -- the process that wrote it, its group commit (from 1) and the place within (from 0)
  stream_id      LowCardinality(String),
  commit         UInt64 CODEC(Delta, LZ4),
  position       UInt32 CODEC(Delta, LZ4),
  -- finds one event of millions
  INDEX ids event_id TYPE bloom_filter(0.01) GRANULARITY 1,
  -- commits grow with time, so the order of the table is almost theirs, and a range of them is a few granules
  INDEX places (stream_id, commit) TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
-- by the day of writing, which a caller cannot choose; whole days are dropped by retention
PARTITION BY intDiv(recorded_ms, 86400000)
-- event history asks for one category, newest first
ORDER BY (account_id, region, category, event_time_ms, event_id)
${appendOnlySettings}`;
