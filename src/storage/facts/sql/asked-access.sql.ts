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
export function askedAccess(
  by: readonly AccessFact[],
  momentsMs: readonly number[],
  networks: readonly string[] | undefined,
): string {
  const groups = ["principal_id", "access"];
  let columns = "";
  for (const fact of by) {
    const together = fact === "sourceIp" && networks !== undefined;
    columns += `,\n  toString(${together ? `any(${facts[fact]})` : facts[fact]}) AS fact_${fact}`;
    groups.push(together ? networksOf(networks) : `fact_${fact}`);
  }
  // Spelled as a sum, as the embedded engine binds no arrays of numbers.
  if (momentsMs.length > 0)
    groups.push(momentsMs.map((moment) => `(event_time_ms >= ${Math.trunc(moment)})`).join(" + "));
  return `
SELECT principal_id, access, count(), min(event_time_ms), max(event_time_ms),
  argMax(region, event_time_ms), argMax(event_id, event_time_ms)${columns}
FROM events
WHERE ${bounds} AND principal_id IN {principalIds:Array(String)}
GROUP BY ${groups.join(", ")}
LIMIT {limit:UInt32}`;
}

/** Where addresses of version 4 stand among those of version 6. */
const version4 = "::ffff:0.0.0.0/96";

/** In which networks an address is, as a text of digits; what is no address is a text of its own. */
function networksOf(networks: readonly string[]): string {
  const address = "toIPv6OrNull(toString(source_ip))";
  const within = [version4, ...networks].map((network) => {
    const [first = "", bits] = network.split("/");
    if (!/^[0-9a-fA-F:.]+$/.test(first)) throw new RangeError(`${network} is no network`);
    const fixed = bits === undefined ? 128 : Number(bits) + (first.includes(":") ? 0 : 96);
    const range = `IPv6CIDRToRange(toIPv6('${first}'), ${Math.trunc(fixed)})`;
    return `toString(${address} >= tupleElement(${range}, 1) AND ${address} <= tupleElement(${range}, 2))`;
  });
  return `ifNull(concat(${within.join(", ")}), toString(source_ip))`;
}

export const keysUsed = `
SELECT access_key_id, max(event_time_ms) AS last_ms
FROM events
WHERE ${bounds} AND access_key_id IN {accessKeyIds:Array(String)}
GROUP BY access_key_id`;
