import type { LookupAttribute } from "../../event-store.js";

/** What an attribute asks of an event; `value` is the query parameter that holds what is looked for. */
const conditions: Record<LookupAttribute["key"], (value: string) => string> = {
  EventId: (value) => `event_id = ${value}`,
  EventName: (value) => `event_name = ${value}`,
  EventSource: (value) => `event_source = ${value}`,
  Username: (value) => `username = ${value}`,
  AccessKeyId: (value) => `access_key_id = ${value}`,
  ErrorCode: (value) => `error_code = ${value}`,
  ReadOnly: (value) => `read_only = toUInt8(${value})`,
  ResourceType: (value) => `has(resource_types, ${value})`,
  ResourceName: (value) => `has(resource_names, ${value})`,
  SourceIPAddress: (value) => `JSONExtractString(record, 'sourceIPAddress') = ${value}`,
  UserIdentityArn: (value) => `JSONExtractString(record, 'userIdentity', 'arn') = ${value}`,
  Text: (value) => `position(record, ${value}) > 0`,
};

export const eventColumns = `event_id, account_id, region, event_time_ms, category, event_source, event_name, read_only,
  username, access_key_id, error_code, resource_types, resource_names, record`;

/**
 * Events of one account, region and category, newest first, where what was written twice stands twice, side by side. One
 * category and no `LIMIT BY`: so the rows come in the order of the table, and those behind the page are not even read.
 */
export function lookupEvents(shape: {
  readonly attributes: readonly LookupAttribute["key"][];
  readonly addressed: boolean;
  readonly paged: boolean;
}): string {
  const asked = [
    "account_id = {accountId:String} AND region = {region:String} AND category = {category:String}",
    "event_time_ms >= {fromMs:Int64} AND event_time_ms <= {untilMs:Int64}",
    ...shape.attributes.map((key, index) => conditions[key](`{attribute${index}:String}`)),
    ...(shape.addressed ? ["arrayElement(resource_names, 1) = {addressee:String}"] : []),
    ...(shape.paged ? ["(event_time_ms, event_id) < ({afterMs:Int64}, {afterId:String})"] : []),
  ];
  return `
SELECT ${eventColumns}
FROM events
WHERE ${asked.join("\n  AND ")}
ORDER BY event_time_ms DESC, event_id DESC
LIMIT {limit:UInt32}`;
}

/** Which of some events are stored. */
export const presentEvents = `
SELECT DISTINCT event_id
FROM events
WHERE event_id IN {eventIds:Array(String)} AND event_time_ms >= {fromMs:Int64} AND event_time_ms <= {untilMs:Int64}`;
