const scope = "account_id = {accountId:String} AND region = {region:String}";
const inTime = "event_time_ms >= {fromMs:Int64} AND event_time_ms < {untilMs:Int64}";

/** What a choice of a caller or of traces asks of a row. */
export const isCaller = "caller_arn = {caller:String}";
export const isSessionOfRole = "startsWith(caller_arn, {caller:String})";
export const isTrace = "trace_id = {traceId:String}";

/**
 * Traces whose index meets a condition: looked for among all versions, as that is fast, and then only those whose current
 * version does.
 */
export function isTraceThat(condition: string): string {
  return `trace_id IN (
    SELECT trace_id
    FROM traces
    WHERE ${scope}
      AND (time_ms, trace_id) IN (
        SELECT time_ms, trace_id
        FROM traces
        WHERE ${scope} AND received_ms >= {keptFromMs:Int64} AND is_deleted = 0 AND (${condition})
      )
    GROUP BY trace_id, time_ms
    HAVING argMax(is_deleted = 0 AND (${condition}), version)
  )`;
}

/** Calls are told apart by event and trace: what was written twice counts once. */
const sums = `
  uniqExactIf((event_id, trace_id), error_code = '') AS reads,
  uniqExactIf((event_id, trace_id), error_code != '') AS refusals,
  minIf(event_time_ms, error_code = '') AS first_ms,
  maxIf(event_time_ms, error_code = '') AS last_ms`;

export function readingTotals(traces: string): string {
  return `
SELECT ${sums},
  uniqExactIf(trace_id, error_code = '') AS traces,
  uniqExactIf(caller_arn, error_code = '') AS readers
FROM reads_of_traces
WHERE ${scope} AND ${inTime} AND ${traces}`;
}

export function readersOfTraces(traces: string): string {
  return `
SELECT caller_arn, ${sums},
  groupUniqArray(10)(principal_id) AS principal_ids,
  uniqExactIf(trace_id, error_code = '') AS traces,
  groupUniqArrayIf(kind, error_code = '') AS kinds
FROM reads_of_traces
WHERE ${scope} AND ${inTime} AND caller_arn > {afterArn:String} AND ${traces}
GROUP BY caller_arn
ORDER BY caller_arn
LIMIT {limit:UInt32}`;
}

export function accessesToTrace({ caller, paged }: { readonly caller?: string; readonly paged: boolean }): string {
  const asked = [
    scope,
    isTrace,
    inTime,
    ...(caller === undefined ? [] : [caller]),
    ...(paged ? ["(event_time_ms, event_id) < ({afterMs:Int64}, {afterId:String})"] : []),
  ];
  return `
SELECT event_time_ms, event_id, caller_arn, principal_id, operation, kind, error_code
FROM reads_of_traces
WHERE ${asked.join(" AND ")}
ORDER BY event_time_ms DESC, event_id DESC
LIMIT 1 BY event_time_ms, event_id
LIMIT {limit:UInt32}`;
}

/** What some calls asked for. */
export const selectorsOfCalls = `
SELECT event_id, any(selector) AS selector
FROM trace_reads
WHERE ${scope}
  AND (caller_arn, event_time_ms, event_id) IN (
    SELECT call.1, toInt64(call.2), call.3
    FROM (SELECT arrayJoin(arrayZip({callers:Array(String)}, {times:Array(String)}, {eventIds:Array(String)})) AS call)
  )
GROUP BY event_id`;

export function callerTotals(caller: string): string {
  return `
SELECT
  uniqExactArrayIf(trace_ids, error_code = '') AS traces,
  uniqExactIf(event_id, error_code = '') AS calls,
  uniqExactIf(event_id, error_code != '') AS refused_calls,
  minIf(event_time_ms, error_code = '') AS first_ms,
  maxIf(event_time_ms, error_code = '') AS last_ms
FROM trace_reads
WHERE ${scope} AND ${caller} AND ${inTime}`;
}

/** A call has its ids in order, so no more than a page of them can be on the page. */
export function tracesOfCaller(caller: string): string {
  return `
SELECT DISTINCT
  arrayJoin(arraySlice(arrayFilter(id -> id > {afterTraceId:String}, trace_ids), 1, {limit:UInt32})) AS trace_id
FROM trace_reads
WHERE ${scope} AND ${caller} AND ${inTime}
ORDER BY trace_id
LIMIT {limit:UInt32}`;
}

/** Of the caller's calls and not by trace: a page of traces lies all over the days. */
export function sumsOfTraces(caller: string): string {
  return `
SELECT trace_id, ${sums}, groupUniqArrayIf(kind, error_code = '') AS kinds
FROM (
  SELECT arrayJoin(arrayFilter(id -> id >= {firstId:String} AND id <= {lastId:String}, trace_ids)) AS trace_id,
    event_id, event_time_ms, error_code, kind
  FROM trace_reads
  WHERE ${scope} AND ${caller} AND ${inTime}
)
GROUP BY trace_id
ORDER BY trace_id`;
}

export function refusedCalls(caller: string): string {
  return `
SELECT event_time_ms, event_id, caller_arn, principal_id, operation, kind, error_code, selector, trace_ids
FROM trace_reads
WHERE ${scope} AND ${caller} AND ${inTime} AND error_code != ''
ORDER BY event_time_ms DESC, event_id DESC
LIMIT 1 BY event_time_ms, event_id
LIMIT {limit:UInt32}`;
}

/** When the record of reads began, and the first days of which anything is left: what is older was dropped. */
export const exposureBegan = `
SELECT
  (SELECT min(applied_ms) FROM migrations WHERE name = {migration:String}) AS began_ms,
  (SELECT min(toInt64(partition)) FROM system.parts
   WHERE active AND database = currentDatabase() AND table = {table:String}) AS first_day,
  (SELECT count() FROM system.parts
   WHERE active AND database = currentDatabase() AND table = {table:String}) AS parts`;
