import { isOfTrace } from "./received-traces.sql.js";

const scope = "account_id = {accountId:String} AND region = {region:String}";

/** The places at which some traces stand: the last version there does not say that it moved away. */
export const positionsOfTraces = `
SELECT trace_id, time_ms AS current_ms
FROM traces
WHERE ${scope} AND trace_id IN {traceIds:Array(String)} AND received_ms >= {keptFromMs:Int64}
GROUP BY trace_id, time_ms
HAVING argMax(is_deleted, version) = 0`;

/** In which minutes anything of the stored versions of some traces ended. */
export const minutesOfTraces = `
SELECT arrayJoin(ended_minutes) AS minute
FROM traces
WHERE ${scope}
  AND (time_ms, trace_id) IN (
    SELECT toInt64(position.1), position.2
    FROM (SELECT arrayJoin(arrayZip({times:Array(String)}, {traceIds:Array(String)})) AS position)
  )
GROUP BY minute`;

/**
 * Traces of which a document counts that was received in a range and after those the index shows. Documents that others
 * replaced do not count: they are in no version of a trace.
 */
export const unindexedTraces = `
WITH
  received AS (
    SELECT account_id, region, trace_id
    FROM segments
    WHERE received_ms >= {fromMs:Int64} AND received_ms < {untilMs:Int64} AND ${isOfTrace}
    GROUP BY account_id, region, trace_id
  ),
  documents AS (
    SELECT account_id, region, trace_id, segment_id, argMax(received_ms, version) AS latest_ms
    FROM segments
    WHERE (account_id, region, trace_id) IN received
    GROUP BY account_id, region, trace_id, segment_id
  ),
  stored AS (
    SELECT account_id, region, trace_id, max(latest_ms) AS last_ms
    FROM documents
    WHERE latest_ms >= {fromMs:Int64} AND latest_ms < {untilMs:Int64}
    GROUP BY account_id, region, trace_id
  ),
  indexed AS (
    SELECT account_id, region, trace_id, argMax(received_ms, version) AS shown_ms
    FROM traces
    WHERE (account_id, region, trace_id) IN (SELECT account_id, region, trace_id FROM stored)
    GROUP BY account_id, region, trace_id
  )
SELECT stored.account_id AS account_id, stored.region AS region, stored.trace_id AS trace_id
FROM stored
LEFT JOIN indexed
  ON stored.account_id = indexed.account_id AND stored.region = indexed.region AND stored.trace_id = indexed.trace_id
WHERE stored.last_ms > indexed.shown_ms
ORDER BY stored.last_ms, trace_id
LIMIT {limit:UInt32}`;
