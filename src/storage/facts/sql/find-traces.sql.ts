import type { TraceQuery } from "../../trace-store.js";

const scope = "account_id = {accountId:String} AND region = {region:String}";

/** Traces of which some row, current or replaced, may be in range: few granules, thanks to the order and the index. */
const candidates: Record<TraceQuery["by"], string> = {
  // The time is in the trace id, or else it is the start of some document. Two selects, as each has its own index.
  TraceId: `
    SELECT trace_id FROM segments
    WHERE ${scope} AND trace_id >= {fromTraceId:String} AND trace_id < {untilTraceId:String}
    UNION DISTINCT
    SELECT trace_id FROM segments
    WHERE ${scope} AND start_us >= {fromUs:Int64} AND start_us < {untilUs:Int64}`,
  Event: `
    SELECT DISTINCT trace_id FROM segments
    WHERE ${scope} AND start_us < {untilUs:Int64} AND end_us >= {fromUs:Int64}`,
  Service: `
    SELECT DISTINCT trace_id FROM segments
    WHERE ${scope} AND end_us >= {fromUs:Int64} AND end_us < {untilUs:Int64} AND has_end = 1 AND is_subsegment = 0`,
};

const inRange: Record<TraceQuery["by"], string> = {
  TraceId: "time_ms >= {fromMs:Int64} AND time_ms < {untilMs:Int64}",
  Event: "events_in_range > 0",
  Service: "ends_in_range > 0",
};

/**
 * Positions of traces, newest first. A trace's time is the one in its id if that is believable: at most 30 days before
 * and 5 minutes after its first start.
 */
export function findTraces(by: TraceQuery["by"], paged: boolean): string {
  return `
WITH
  candidates AS (${candidates[by]}),
  documents AS (
    SELECT trace_id, segment_id, argMax((start_us, end_us, has_end, is_subsegment), version) AS latest
    FROM segments
    WHERE ${scope} AND trace_id IN candidates
    GROUP BY trace_id, segment_id
  ),
  traces AS (
    SELECT
      trace_id,
      intDiv(min(latest.1), 1000) AS first_ms,
      toInt64(reinterpretAsUInt32(reverse(unhex(substring(trace_id, 3, 8))))) * 1000 AS id_ms,
      if(id_ms BETWEEN first_ms - 2592000000 AND first_ms + 300000, id_ms, first_ms) AS time_ms,
      countIf(latest.1 < {untilUs:Int64} AND latest.2 >= {fromUs:Int64}) AS events_in_range,
      countIf(latest.2 >= {fromUs:Int64} AND latest.2 < {untilUs:Int64} AND latest.3 = 1 AND latest.4 = 0) AS ends_in_range
    FROM documents
    GROUP BY trace_id
  )
SELECT trace_id, time_ms
FROM traces
WHERE ${inRange[by]}${paged ? " AND (time_ms, trace_id) < ({afterMs:Int64}, {afterTraceId:String})" : ""}
ORDER BY time_ms DESC, trace_id DESC
LIMIT {limit:UInt32}`;
}
