/** Values of an attribute kept of a minute of a series: AWS tells five, of a whole period. */
const valuesPerMinuteMax = 20;
const valueCharsMax = 256;
/** An event may have been recorded with a clock that was off by so much: days of recording are left out by it. */
const clockMarginMs = 3_600_000;

/** Role sessions are folded into their role. */
const identity = `replaceRegexpOne(
      coalesce(
        nullIf(JSONExtractString(record, 'userIdentity', 'arn'), ''),
        nullIf(JSONExtractString(record, 'userIdentity', 'invokedBy'), ''),
        JSONExtractString(record, 'userIdentity', 'type')),
      '^(arn:[^:]*:sts::[0-9]*:assumed-role/[^/]+)/.*$', '\\\\1')`;

export const countMinutes = `
INSERT INTO call_minutes
  (account_id, region, category, event_source, event_name, error_code, attribute, value, minute, calls, version)
SELECT account_id, region, category, event_source, event_name, part.1 AS series_error, part.2 AS attribute,
  substringUTF8(part.3, 1, ${valueCharsMax}) AS value, minute, count() AS calls, {version:UInt64} AS version
FROM (
  SELECT account_id, region, toString(category) AS category, event_source, event_name, toString(error_code) AS error,
    toInt32(intDiv(event_time_ms, 60000)) AS minute, category = 'Data' OR read_only = 0 AS counted,
    ${identity} AS identity, JSONExtractString(record, 'userAgent') AS agent
  FROM events
  WHERE category IN ('Management', 'Data')
    AND event_time_ms >= {fromMinute:Int64} * 60000 AND event_time_ms < {untilMinute:Int64} * 60000
    AND recorded_ms >= {fromMinute:Int64} * 60000 - ${clockMarginMs}
  LIMIT 1 BY account_id, event_id
)
ARRAY JOIN arrayConcat(
  if(counted, [('', '', ''), ('', 'userIdentityArn', identity), ('', 'userAgent', agent),
               ('', 'errorCode', if(error = '', 'null', error))], []),
  if(error != '', [(error, '', ''), (error, 'userIdentityArn', identity), (error, 'userAgent', agent)], [])
) AS part
GROUP BY account_id, region, category, event_source, event_name, series_error, attribute, value, minute
ORDER BY calls DESC
LIMIT ${valuesPerMinuteMax} BY account_id, region, category, event_source, event_name, series_error, attribute, minute`;

export const watchMinutes = `
INSERT INTO call_minutes
  (account_id, region, category, event_source, event_name, error_code, attribute, value, minute, calls, version)
SELECT '', '', '', '', '', '', '', '', toInt32({fromMinute:Int64} + number), 0, {version:UInt64}
FROM numbers({minutes:UInt64})`;

export const recordedLate = `
SELECT DISTINCT intDiv(event_time_ms, 60000) AS minute
FROM events
WHERE recorded_ms >= {sinceMs:Int64} AND category IN ('Management', 'Data')
  AND event_time_ms < {beforeMinute:Int64} * 60000 AND event_time_ms >= {fromMinute:Int64} * 60000
ORDER BY minute
LIMIT 1000`;

export const firstMinute = `
SELECT count() AS events, min(intDiv(event_time_ms, 60000)) AS minute
FROM events
WHERE recorded_ms >= {fromMinute:Int64} * 60000 - ${clockMarginMs} AND event_time_ms >= {fromMinute:Int64} * 60000`;

export const readMinutes = `
SELECT account_id, region, category, event_source, event_name, error_code, minute, calls
FROM call_minutes FINAL
WHERE attribute = '' AND minute >= {fromMinute:Int32} AND minute < {untilMinute:Int32}
ORDER BY minute, account_id, region, category, event_source, event_name, error_code`;

const series = `account_id = {accountId:String} AND region = {region:String} AND category = {category:String}
  AND event_source = {eventSource:String} AND event_name = {eventName:String} AND error_code = {errorCode:String}
  AND minute >= {fromMinute:Int32} AND minute < {untilMinute:Int32}`;

export const readTotals = `
SELECT attribute, value, sum(calls) AS total
FROM call_minutes FINAL
WHERE ${series}
GROUP BY attribute, value
ORDER BY total DESC, value
LIMIT 100 BY attribute`;

export const readPeriods = `
SELECT intDiv(minute, {minutes:Int32}) * {minutes:Int32} AS period, sum(calls) AS total
FROM call_minutes FINAL
WHERE attribute = '' AND ${series}
GROUP BY period
HAVING total > 0
ORDER BY period
LIMIT {limit:UInt32}`;
