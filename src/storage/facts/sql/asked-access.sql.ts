import type { AccessFact } from "../../access-history.js";

/** Facts that are rarely asked for are read from the record when they are. */
const facts: Readonly<Record<AccessFact, string>> = {
  sourceIp: "source_ip",
  userAgent: "user_agent",
  secureTransport: "secure_transport",
  region: "region",
  // AROA…:name
  sessionName: "splitByChar(':', JSONExtractString(record, 'userIdentity', 'principalId'))[2]",
  sessionIssued: "JSONExtractString(record, 'userIdentity', 'sessionContext', 'attributes', 'creationDate')",
  multiFactor: "JSONExtractString(record, 'userIdentity', 'sessionContext', 'attributes', 'mfaAuthenticated')",
  sourceIdentity: "JSONExtractString(record, 'userIdentity', 'sessionContext', 'sourceIdentity')",
};

const bounds = `account_id = {accountId:String} AND category IN ('Management', 'Data')
  AND event_time_ms >= {fromMs:Int64} AND event_time_ms <= {untilMs:Int64}`;

/** Calls of some principals, by what they asked and the facts given. */
export function askedAccess(by: readonly AccessFact[], momentsMs: readonly number[]): string {
  const columns = by.map((fact) => `,\n  toString(${facts[fact]}) AS fact_${fact}`).join("");
  // Spelled as a sum, as the embedded engine binds no arrays of numbers.
  const period = momentsMs.map((moment) => `(event_time_ms >= ${Math.trunc(moment)})`).join(" + ");
  const groups = ["principal_id", "access", ...by.map((fact) => `fact_${fact}`), ...(period === "" ? [] : [period])];
  return `
SELECT principal_id, access, count(), min(event_time_ms), max(event_time_ms),
  argMax(region, event_time_ms), argMax(event_id, event_time_ms)${columns}
FROM events
WHERE ${bounds} AND principal_id IN {principalIds:Array(String)}
GROUP BY ${groups.join(", ")}
LIMIT {limit:UInt32}`;
}

export const keysUsed = `
SELECT access_key_id, max(event_time_ms) AS last_ms
FROM events
WHERE ${bounds} AND access_key_id IN {accessKeyIds:Array(String)}
GROUP BY access_key_id`;
