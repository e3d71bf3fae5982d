import { appendOnlySettings } from "./table-settings.sql.js";

/**
 * One row a call that read traces or was refused them: who, what for, and every trace id, however many. What was written
 * twice is left out when it is read.
 */
export const createTraceReads = `
CREATE TABLE IF NOT EXISTS trace_reads (
  account_id    LowCardinality(String),
  region        LowCardinality(String),
  caller_arn    String CODEC(ZSTD(1)),
  -- milliseconds since the epoch
  event_time_ms Int64 CODEC(Delta, ZSTD(1)),
  event_id      String CODEC(ZSTD(1)),
  principal_id  String CODEC(ZSTD(1)),
  operation     LowCardinality(String),
  -- document | summary | graph
  kind          LowCardinality(String),
  -- empty: the traces were given to the caller
  error_code    LowCardinality(String),
  -- what the call asked for, JSON
  selector      String CODEC(ZSTD(1)),
  trace_ids     Array(String) CODEC(ZSTD(1)),
  -- as that of its event
  recorded_ms   Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
-- by weeks, as the day each begins with: questions are mostly of all time, and look into every partition
PARTITION BY intDiv(recorded_ms, 604800000) * 7
-- a page of a trace's readers looks up a hundred rows all over it, hence small granules
ORDER BY (account_id, region, caller_arn, event_time_ms, event_id)
${appendOnlySettings}, index_granularity = 256`;

/** The same by trace: one row a trace and call. */
export const createReadsOfTraces = `
CREATE TABLE IF NOT EXISTS reads_of_traces (
  account_id    LowCardinality(String),
  region        LowCardinality(String),
  trace_id      String CODEC(ZSTD(1)),
  event_time_ms Int64 CODEC(Delta, ZSTD(1)),
  event_id      String CODEC(ZSTD(1)),
  caller_arn    String CODEC(ZSTD(1)),
  principal_id  String CODEC(ZSTD(1)),
  operation     LowCardinality(String),
  kind          LowCardinality(String),
  error_code    LowCardinality(String),
  recorded_ms   Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY intDiv(recorded_ms, 604800000) * 7
ORDER BY (account_id, region, trace_id, event_time_ms, event_id)
${appendOnlySettings}, index_granularity = 1024`;

/** Part of the insert into `trace_reads`: that one is done when this one is. */
export const createReadsOfTracesView = `
CREATE MATERIALIZED VIEW IF NOT EXISTS reads_of_traces_view TO reads_of_traces AS
SELECT account_id, region, arrayJoin(trace_ids) AS trace_id, event_time_ms, event_id, caller_arn, principal_id, operation,
  kind, error_code, recorded_ms
FROM trace_reads`;
