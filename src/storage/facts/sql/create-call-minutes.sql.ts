import { appendOnlySettings } from "./table-settings.sql.js";

/**
 * Calls a minute of every series, made of `events`; a minute that is counted again replaces its rows. A row without
 * account, region and series says of its minute that it was watched.
 */
export const createCallMinutes = `
CREATE TABLE IF NOT EXISTS call_minutes (
  account_id   LowCardinality(String),
  region       LowCardinality(String),
  -- Management | Data
  category     LowCardinality(String),
  event_source LowCardinality(String),
  event_name   LowCardinality(String),
  -- empty: all calls that are counted; else those that failed with it
  error_code   LowCardinality(String),
  -- empty: the series itself; userIdentityArn | userAgent | errorCode: calls with the value
  attribute    LowCardinality(String),
  value        String CODEC(ZSTD(1)),
  -- since the epoch
  minute       Int32 CODEC(Delta, ZSTD(1)),
  calls        UInt64 CODEC(T64, ZSTD(1)),
  -- when it was counted, milliseconds since the epoch
  version      UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
-- days, dropped whole
PARTITION BY intDiv(minute, 1440)
ORDER BY (account_id, region, category, event_source, event_name, error_code, attribute, minute, value)
${appendOnlySettings}`;
