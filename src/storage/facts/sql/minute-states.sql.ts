/** The state of a minute: the same as long as nobody touches it and retention takes nothing away. */
const states = (conditions: string) => `
  SELECT account_id, region, minute, groupBitXor(sipHash64(received_day, writer_id, last_us)) AS state,
    max(last_us) AS touched_us
  FROM (
    SELECT account_id, region, minute, received_day, writer_id, max(touched_us) AS last_us
    FROM touched_minutes
    WHERE ${conditions}
    GROUP BY account_id, region, minute, received_day, writer_id
  )
  GROUP BY account_id, region, minute`;

const rolled = (conditions: string) => `
  SELECT account_id, region, minute, argMax(state, version) AS rolled_state
  FROM graph_minutes
  WHERE group_arn = '' AND kind = 0 AND ${conditions}
  GROUP BY account_id, region, minute`;

const joined = `ON touched.account_id = rolled.account_id AND touched.region = rolled.region
  AND touched.minute = rolled.minute`;

const inRange = `account_id = {accountId:String} AND region = {region:String}
  AND minute >= {fromMinute:Int32} AND minute < {untilMinute:Int32} AND received_day >= {keptFromDay:Int32}`;

/** The minutes of a range in which anything ended, and whether their totals are up to date. */
export const touchedMinutes = `
SELECT touched.minute AS minute, touched.state = rolled.rolled_state AS is_clean
FROM (${states(inRange)}) AS touched
LEFT JOIN (${rolled(inRange.replace(/ AND received_day .*/, ""))}) AS rolled
${joined}
ORDER BY minute`;

/** Past minutes whose totals are not up to date, the latest first. */
export const dirtyMinutes = `
SELECT touched.account_id AS account_id, touched.region AS region, touched.minute AS minute,
  toString(touched.state) AS state
FROM (${states("minute < {untilMinute:Int32}")}) AS touched
LEFT JOIN (${rolled("minute < {untilMinute:Int32}")}) AS rolled
${joined}
WHERE touched.state != rolled.rolled_state AND touched.touched_us < {settledUs:Int64}
ORDER BY minute DESC, account_id, region
LIMIT {limit:UInt32}`;

/** The highest numbers given so far. */
export const lastMinuteVersions = `
SELECT (SELECT max(touched_us) FROM touched_minutes) AS touched_us, (SELECT max(version) FROM graph_minutes) AS version`;
