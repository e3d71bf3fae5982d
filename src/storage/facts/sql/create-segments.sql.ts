import { appendOnlySettings } from "./table-settings.sql.js";

/** One row a document received. A later one of the same segment replaces it, at the latest when it is read. */
export const createSegments = `
CREATE TABLE IF NOT EXISTS segments (
  account_id     LowCardinality(String),
  region         LowCardinality(String),
  -- 1-8hex-24hex: the first 8 digits are a time, so that neighbours in the table are neighbours in time
  trace_id       String CODEC(ZSTD(1)),
  segment_id     String CODEC(ZSTD(1)),
  -- 1: a subsegment that was sent on its own
  is_subsegment  UInt8,
  -- empty: none
  parent_id      String CODEC(ZSTD(1)),
  -- microseconds since the epoch
  start_us       Int64 CODEC(Delta, LZ4),
  -- equal to start_us while there is none (has_end = 0)
  end_us         Int64 CODEC(Delta, LZ4),
  has_end        UInt8,
  in_progress    UInt8,
  -- milliseconds since the epoch
  received_ms    Int64 CODEC(Delta, LZ4),
  -- which row of a segment counts: any complete one before any in progress, then the one received last
  version        UInt64 CODEC(LZ4),
  -- UTF-8; the length is kept apart so that large traces can be cut before they are read
  document_bytes UInt32 CODEC(LZ4),
  -- LZ4, as ZSTD(1) saves 30 % of the disk but adds 4 microseconds of CPU a row at each of about five merges
  document       String CODEC(LZ4),
  -- rows are almost in the order of time, so a quarter of an hour is a few granules
  INDEX times (start_us, end_us) TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
-- by the day of receipt, which our clock decides and a sender cannot; whole days are dropped by retention
PARTITION BY intDiv(received_ms, 86400000)
ORDER BY (account_id, region, trace_id, segment_id)
${appendOnlySettings}`;
