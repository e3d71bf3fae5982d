import { appendOnlySettings } from "./table-settings.sql.js";

/** Results of queries over event data stores. Of a query that ended early there may be rows, which nobody reads. */
export const createLakeResults = `
CREATE TABLE IF NOT EXISTS lake_results (
  -- in which the query was asked for, days since the epoch
  day      UInt32,
  query_id String,
  -- from 0
  row      UInt64,
  cells    Array(Nullable(String)) CODEC(ZSTD(1)),
  -- of all cells
  bytes    UInt64 MATERIALIZED arraySum(cell -> length(ifNull(cell, '')), cells)
)
ENGINE = MergeTree
-- days are dropped whole
PARTITION BY day
ORDER BY (query_id, row)
${appendOnlySettings}`;
