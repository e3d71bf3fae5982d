const group = "account_id = {accountId:String} AND region = {region:String} AND log_group_id = {logGroupId:String}";

/** Log events of one group by time, each once; or only how long they are. */
export function readLogEvents(shape: {
  readonly only?: "lengths";
  readonly order: "oldest-first" | "newest-first";
  readonly named: boolean;
  readonly prefixed: boolean;
  readonly paged: boolean;
}): string {
  const direction = shape.order === "oldest-first" ? "ASC" : "DESC";
  const beyond = shape.order === "oldest-first" ? ">" : "<";
  const conditions = [
    group,
    "timestamp_ms >= {fromMs:Int64} AND timestamp_ms < {untilMs:Int64}",
    ...(shape.named ? ["log_stream_name IN {logStreamNames:Array(String)}"] : []),
    ...(shape.prefixed ? ["startsWith(log_stream_name, {logStreamNamePrefix:String})"] : []),
    ...(shape.paged ? [`(timestamp_ms, event_id) ${beyond} ({afterMs:Int64}, {afterId:String})`] : []),
  ];
  return `
SELECT ${shape.only === "lengths" ? "length(message) AS bytes" : "log_stream_name, timestamp_ms, ingested_ms, event_id, message"}
FROM log_events
WHERE ${conditions.join("\n  AND ")}
ORDER BY timestamp_ms ${direction}, event_id ${direction}
LIMIT 1 BY event_id
LIMIT {limit:UInt32}`;
}

function condemned(shape: { readonly ofStream: boolean; readonly before: boolean }): string {
  return [
    group,
    ...(shape.ofStream ? ["log_stream_name = {logStreamName:String}"] : []),
    ...(shape.before ? ["timestamp_ms < {beforeMs:Int64}"] : []),
  ].join(" AND ");
}

/** Deleting costs a pass over parts: ask first whether there is anything. */
export function anyLogEvent(shape: { readonly ofStream: boolean; readonly before: boolean }): string {
  return `SELECT 1 AS found FROM log_events WHERE ${condemned(shape)} LIMIT 1`;
}

export function deleteLogEvents(shape: { readonly ofStream: boolean; readonly before: boolean }): string {
  return `DELETE FROM log_events WHERE ${condemned(shape)} SETTINGS lightweight_deletes_sync = 2`;
}

/** When the events of each stream of a group were, and when the last of them came. */
export function logStreamStatistics(shape: { readonly named: boolean }): string {
  return `
SELECT
  log_stream_name, min(timestamp_ms) AS first_timestamp_ms, max(timestamp_ms) AS last_timestamp_ms,
  max(ingested_ms) AS last_ingested_ms
FROM log_events
WHERE ${group}${shape.named ? " AND log_stream_name IN {logStreamNames:Array(String)}" : ""}
GROUP BY log_stream_name`;
}

/** CloudWatch Logs counts 26 bytes an event beside its message. FINAL, as an event written twice is counted once. */
export const logGroupBytes = `
SELECT log_group_id, sum(length(message) + 26) AS bytes
FROM log_events FINAL
WHERE account_id = {accountId:String} AND region = {region:String} AND log_group_id IN {logGroupIds:Array(String)}
GROUP BY log_group_id`;
