import { appendOnlySettings } from "./table-settings.sql.js";

/**
 * One row a document received. A later one of the same segment replaces it, at the latest when it is read.
 *
 * Where documents are encrypted, one row more a batch of them (`SealedBatch`), with the batch's id for a trace's and its
 * generation for a segment's: in the same table, because the engine asks much for each insert and little for a row, and so
 * that rows and their batch come and go together.
 */
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
  start_us       Int64 CODEC(Delta, ZSTD(1)),
  -- equal to start_us while there is none (has_end = 0)
  end_us         Int64 CODEC(Delta, ZSTD(1)),
  has_end        UInt8,
  in_progress    UInt8,
  -- milliseconds since the epoch
  received_ms    Int64 CODEC(Delta, ZSTD(1)),
  -- which row of a segment counts: any complete one before any in progress, then the one received last
  version        UInt64 CODEC(ZSTD(1)),
  -- UTF-8; the length is kept apart so that large traces can be cut before they are read
  document_bytes UInt32 CODEC(ZSTD(1)),
  -- empty: the document stands here. Else the batch that holds it, and instead of it its place there
  batch_id       String CODEC(ZSTD(1)),
  -- ZSTD halves it; in the order of time documents are so alike that this costs no more than LZ4 in the order of ids
  document       String CODEC(ZSTD(1)),
  -- rows are almost in the order of receipt, so a minute is a few granules
  INDEX receipts received_ms TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
-- by the day of receipt, which our clock decides and a sender cannot; whole days are dropped by retention
PARTITION BY intDiv(received_ms, 86400000)
-- by start before id: neighbours are alike then. Readers take the latest row of a segment whatever its start; the engine
-- drops replaced rows only if they began at the same moment, as almost all do
PRIMARY KEY (account_id, region, trace_id, start_us, segment_id)
-- with the batch, so that no row is dropped that tells which batches hold something of a trace
ORDER BY (account_id, region, trace_id, start_us, segment_id, batch_id)
${appendOnlySettings}`;
