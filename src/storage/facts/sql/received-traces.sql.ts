/** Ids of traces begin so; those of batches of documents, which stand before them, do not. */
export const isOfTrace = "trace_id >= '1'";

/** Traces by when their documents were received, after a position in the order of the table. */
export const receivedTraces = `
SELECT account_id, region, trace_id
FROM segments
WHERE received_ms >= {fromMs:Int64} AND received_ms < {untilMs:Int64} AND ${isOfTrace}
  AND (account_id, region, trace_id) > ({afterAccountId:String}, {afterRegion:String}, {afterTraceId:String})
GROUP BY account_id, region, trace_id
ORDER BY account_id, region, trace_id
LIMIT {limit:UInt32}`;
