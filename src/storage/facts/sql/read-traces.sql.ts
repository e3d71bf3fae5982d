const scope = "account_id = {accountId:String} AND region = {region:String} AND trace_id IN {traceIds:Array(String)}";

/**
 * The current row of each segment of some traces. Sizes are added up in the order of start before any document is read,
 * so that of a trace beyond {bytesMax} only the head leaves the table.
 */
export const readTraces = `
WITH
  sizes AS (
    SELECT trace_id, segment_id, max(version) AS latest, argMax((start_us, document_bytes), version) AS measured
    FROM segments
    WHERE ${scope}
    GROUP BY trace_id, segment_id
  ),
  heads AS (
    SELECT
      trace_id, segment_id, latest,
      sum(measured.2) OVER (PARTITION BY trace_id) AS trace_bytes,
      sum(measured.2) OVER (
        PARTITION BY trace_id ORDER BY measured.1, segment_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS bytes_so_far
    FROM sizes
  )
SELECT
  segments.trace_id AS trace_id, segments.segment_id AS segment_id, is_subsegment, parent_id, start_us, end_us, has_end,
  in_progress, received_ms, document, trace_bytes
FROM segments
INNER JOIN heads
  ON segments.trace_id = heads.trace_id AND segments.segment_id = heads.segment_id AND segments.version = heads.latest
WHERE account_id = {accountId:String} AND region = {region:String} AND segments.trace_id IN {traceIds:Array(String)}
  AND bytes_so_far <= {bytesMax:UInt64}
LIMIT 1 BY trace_id, segment_id`;
