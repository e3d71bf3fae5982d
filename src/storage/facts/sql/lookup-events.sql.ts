import type { LookupAttribute } from "../../event-store.js";

const conditions: Record<LookupAttribute["key"], string> = {
  EventId: "event_id = {attribute:String}",
  EventName: "event_name = {attribute:String}",
  EventSource: "event_source = {attribute:String}",
  Username: "username = {attribute:String}",
  AccessKeyId: "access_key_id = {attribute:String}",
  ReadOnly: "read_only = {attribute:UInt8}",
  ResourceType: "has(resource_types, {attribute:String})",
  ResourceName: "has(resource_names, {attribute:String})",
};

export const eventColumns = `event_id, account_id, region, event_time_ms, category, event_source, event_name, read_only,
  username, access_key_id, error_code, resource_types, resource_names, record`;

/**
 * Events of one account, region and category, newest first, where what was written twice stands twice, side by side. One
 * category and no `LIMIT BY`: so the rows come in the order of the table, and those behind the page are not even read.
 */
export function lookupEvents(shape: {
  readonly attribute?: LookupAttribute["key"];
  readonly addressed: boolean;
  readonly paged: boolean;
}): string {
  return `
SELECT ${eventColumns}
FROM events
WHERE account_id = {accountId:String} AND region = {region:String} AND category = {category:String}
  AND event_time_ms >= {fromMs:Int64} AND event_time_ms <= {untilMs:Int64}${
    shape.attribute === undefined ? "" : `\n  AND ${conditions[shape.attribute]}`
  }${shape.addressed ? "\n  AND arrayElement(resource_names, 1) = {addressee:String}" : ""}${
    shape.paged ? "\n  AND (event_time_ms, event_id) < ({afterMs:Int64}, {afterId:String})" : ""
  }
ORDER BY event_time_ms DESC, event_id DESC
LIMIT {limit:UInt32}`;
}

/** Which of some events are stored. */
export const presentEvents = `
SELECT DISTINCT event_id
FROM events
WHERE event_id IN {eventIds:Array(String)} AND event_time_ms >= {fromMs:Int64} AND event_time_ms <= {untilMs:Int64}`;
