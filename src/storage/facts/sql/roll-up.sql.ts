import { endedBetween, freshTotals } from "./graph-totals.sql.js";

/**
 * Makes the totals of some minutes anew. One thread and one block, so that they appear together or not at all.
 */
export const rollUpMinutes = `
INSERT INTO graph_minutes (
  account_id, region, version, group_arn, minute, kind, source_name, source_type, source_account_id, target_name,
  target_type, target_account_id, is_link, ok_count, error_count, throttle_count, fault_count, total_us,
  histogram.value, histogram.count, start_us, end_us, is_root, is_inferred, state
)
SELECT {accountId:String}, {region:String}, {version:UInt64}, totals.*, 0
FROM (${freshTotals({
  traces: `account_id = {accountId:String} AND region = {region:String}
        AND ${endedBetween("{fromMinute:Int32}", "{untilMinute:Int32}")} AND received_ms >= {keptFromMs:Int64}
        AND hasAny(ended_minutes, arrayMap(text -> toInt32(text), {minutes:Array(String)}))`,
  requests: "has(arrayMap(text -> toInt32(text), {minutes:Array(String)}), minute)",
  apart: [
    { name: "group_arn", expression: "arrayJoin(arrayDistinct(arrayPushFront(group_arns, '')))" },
    { name: "minute", expression: "minute" },
  ],
  kinds: ["nodes", "edges"],
})}
) AS totals
UNION ALL
SELECT {accountId:String}, {region:String}, {version:UInt64}, '', toInt32(marker.1), 0, '', '', '', '', '', '', 0,
  0, 0, 0, 0, 0, [], [], 0, 0, 0, 0, toUInt64(marker.2)
FROM (SELECT arrayJoin(arrayZip({minutes:Array(String)}, {states:Array(String)})) AS marker)
SETTINGS max_threads = 1, max_insert_threads = 1, max_memory_usage = 2147483648, max_execution_time = 50`;
