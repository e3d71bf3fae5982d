const scope = "account_id = {accountId:String} AND region = {region:String} AND trace_id IN {traceIds:Array(String)}";

/** What is read of a segment, in the order of `decode-reading.ts`; the document last. */
const columns = (traceBytes: string, more: string) => `
  segments.trace_id, segments.segment_id, is_subsegment, parent_id, start_us, end_us, has_end, in_progress, received_ms,
  segments.version, ${traceBytes}, ${more}, toUnixTimestamp64Micro(now64(6)), batch_id, document`;

/** How large traces are at most, with rows that others replace; in the order of their ids. */
export const traceSizes = `
SELECT trace_id, sum(document_bytes) AS bytes
FROM segments
WHERE ${scope}
GROUP BY trace_id
ORDER BY trace_id`;

/**
 * Every row of some traces that are small enough. The moment of reading is that at which the query began. Rows that were
 * replaced are left out by the reader: here it would take as long as all the rest.
 */
export const readWholeTraces = `
SELECT ${columns("toUInt64(0)", "{more:UInt8}")}
FROM segments
WHERE ${scope}`;

/**
 * The current row of each segment of some traces. Sizes are added up in the order of start before any document is read,
 * so that of a trace beyond {bytesMaxPerTrace} only the head leaves the table; and of all traces together at most
 * {bytesMax}: whole traces in the order of their ids. The moment of reading is that at which the query began, before it
 * chose what it reads.
 */
export const readTraceHeads = `
WITH
  sizes AS (
    SELECT trace_id, segment_id, max(version) AS latest, argMax((start_us, document_bytes), version) AS measured
    FROM segments
    WHERE ${scope}
    GROUP BY trace_id, segment_id
  ),
  heads AS (
    SELECT
      trace_id, segment_id, latest, measured.2 AS bytes,
      sum(measured.2) OVER (PARTITION BY trace_id) AS trace_bytes,
      sum(measured.2) OVER (
        PARTITION BY trace_id ORDER BY measured.1, segment_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS bytes_so_far
    FROM sizes
  ),
  whole AS (
    SELECT
      trace_id, segment_id, latest, trace_bytes, bytes_so_far,
      sum(if(bytes_so_far <= {bytesMaxPerTrace:UInt64}, bytes, 0)) OVER (
        ORDER BY trace_id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS bytes_until_here,
      sum(if(bytes_so_far <= {bytesMaxPerTrace:UInt64}, bytes, 0)) OVER () > {bytesMax:UInt64} AS more
    FROM heads
  )
SELECT ${columns("trace_bytes", "more")}
FROM segments
INNER JOIN whole
  ON segments.trace_id = whole.trace_id AND segments.segment_id = whole.segment_id AND segments.version = whole.latest
WHERE account_id = {accountId:String} AND region = {region:String} AND segments.trace_id IN {traceIds:Array(String)}
  AND bytes_so_far <= {bytesMaxPerTrace:UInt64} AND bytes_until_here <= {bytesMax:UInt64}`;

/** Every generation of some batches of documents. */
export const readBatches = `
SELECT trace_id AS batch_id, segment_id AS generation, received_ms, document AS ciphertext
FROM segments
WHERE ${scope}
LIMIT 1 BY trace_id, segment_id`;
