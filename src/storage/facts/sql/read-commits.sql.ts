import { eventColumns } from "./lookup-events.sql.js";

export const lastCommit = `SELECT max(commit) AS last FROM events WHERE stream_id = {streamId:String}`;

const accountCondition = (ofAccount: boolean) => (ofAccount ? " AND account_id = {accountId:String}" : "");

/** Places of events in a range of commits, without their records: from these, batches of bounded size are cut. */
export const commitPlaces = (ofAccount: boolean) => `
SELECT commit, position, account_id, event_id, event_time_ms, length(record) AS record_bytes
FROM events
WHERE stream_id = {streamId:String}${accountCondition(ofAccount)}
  AND commit > {afterCommit:UInt64} AND commit <= {untilCommit:UInt64}
  AND (commit, position) > ({fromCommit:UInt64}, {fromPosition:Int64})
ORDER BY commit, position
LIMIT 1 BY commit, position
LIMIT {limit:UInt32}`;

/** Events that were written more than once, and where they first were. */
export const firstPlaces = `
SELECT event_id, argMin((stream_id, commit, position), (recorded_ms, stream_id, commit, position)) AS first
FROM events
WHERE account_id IN {accountIds:Array(String)} AND event_time_ms >= {fromMs:Int64} AND event_time_ms <= {untilMs:Int64}
  AND event_id IN {eventIds:Array(String)}
GROUP BY event_id
HAVING uniqExact(stream_id, commit, position) > 1`;

/** The events between two places, both included. */
export const eventsOfPlaces = (ofAccount: boolean) => `
SELECT ${eventColumns}, commit, position
FROM events
WHERE stream_id = {streamId:String}${accountCondition(ofAccount)}
  AND commit >= {firstCommit:UInt64} AND commit <= {lastCommit:UInt64}
  AND (commit, position) >= ({firstCommit:UInt64}, {firstPosition:Int64})
  AND (commit, position) <= ({lastCommit:UInt64}, {lastPosition:Int64})
ORDER BY commit, position
LIMIT 1 BY commit, position`;
