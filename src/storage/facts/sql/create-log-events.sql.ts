import { appendOnlySettings } from "./table-settings.sql.js";

/** One row a log event of CloudWatch Logs. */
export const createLogEvents = `
CREATE TABLE IF NOT EXISTS log_events (
  account_id      LowCardinality(String),
  region          LowCardinality(String),
  -- a group that is made anew has a new id
  log_group_id    LowCardinality(String),
  log_stream_name LowCardinality(String),
  -- as the writer gave it, milliseconds since the epoch
  timestamp_ms    Int64 CODEC(Delta, LZ4),
  ingested_ms     Int64 CODEC(Delta, LZ4),
  -- unique in its group, sortable
  event_id        String CODEC(ZSTD(1)),
  message         String CODEC(ZSTD(1))
)
-- the same event again replaces itself
ENGINE = ReplacingMergeTree
-- thirty days each: retention is a matter of groups, not of partitions
PARTITION BY intDiv(ingested_ms, 2592000000)
ORDER BY (account_id, region, log_group_id, timestamp_ms, event_id)
${appendOnlySettings}`;
