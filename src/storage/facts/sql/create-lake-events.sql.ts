import { appendOnlySettings } from "./table-settings.sql.js";

/**
 * What event data stores hold: one row an event and store, of every kind of store. What SQL asks for often is a column of
 * its own; the rest is read from the record when it is asked for. Empty text stands for "the record has no such field".
 */
export const createLakeEvents = `
CREATE TABLE IF NOT EXISTS lake_events (
  store_id              LowCardinality(String),
  -- eventTime of the record, UTC
  event_time            DateTime64(3, 'UTC') CODEC(Delta, LZ4),
  event_id              String CODEC(ZSTD(1)),
  event_version         LowCardinality(String),
  -- Management | Data | NetworkActivity | Insight | ActivityAuditLog ...
  event_category        LowCardinality(String),
  event_type            LowCardinality(String),
  event_source          LowCardinality(String),
  event_name            LowCardinality(String),
  aws_region            LowCardinality(String),
  recipient_account_id  LowCardinality(String),
  source_ip_address     LowCardinality(String),
  user_agent            LowCardinality(String),
  error_code            LowCardinality(String),
  error_message         String CODEC(ZSTD(1)),
  -- 1, 0, or 2 where the record does not say
  read_only             UInt8,
  management_event      UInt8,
  identity_type         LowCardinality(String),
  identity_principal_id LowCardinality(String),
  identity_arn          LowCardinality(String),
  identity_account_id   LowCardinality(String),
  identity_access_key_id LowCardinality(String),
  identity_user_name    LowCardinality(String),
  identity_invoked_by   LowCardinality(String),
  issuer_arn            LowCardinality(String),
  issuer_user_name      LowCardinality(String),
  request_id            String CODEC(ZSTD(1)),
  shared_event_id       String CODEC(ZSTD(1)),
  -- type and ARN of the same resource have the same place
  resource_types        Array(LowCardinality(String)),
  resource_arns         Array(String) CODEC(ZSTD(1)),
  -- the whole record, one JSON object
  record                String CODEC(ZSTD(1)),
  -- milliseconds since the epoch
  ingested_ms           Int64 CODEC(Delta, LZ4)
)
ENGINE = MergeTree
-- a store is dropped whole, and its months when they are past its retention
PARTITION BY (store_id, toYYYYMM(event_time))
ORDER BY (store_id, event_time, event_id)
${appendOnlySettings}, non_replicated_deduplication_window = 10000`;
