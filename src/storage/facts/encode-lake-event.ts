import type { LakeEvent } from "../lake-store.js";
import { escapedArray, escapedField, RowWriter } from "./row-writer.js";

/** Columns in the order in which rows are written. */
export const lakeColumns = [
  "store_id",
  "event_time",
  "event_id",
  "event_version",
  "event_category",
  "event_type",
  "event_source",
  "event_name",
  "aws_region",
  "recipient_account_id",
  "source_ip_address",
  "user_agent",
  "error_code",
  "error_message",
  "read_only",
  "management_event",
  "identity_type",
  "identity_principal_id",
  "identity_arn",
  "identity_account_id",
  "identity_access_key_id",
  "identity_user_name",
  "identity_invoked_by",
  "issuer_arn",
  "issuer_user_name",
  "request_id",
  "shared_event_id",
  "resource_types",
  "resource_arns",
  "record",
  "ingested_ms",
] as const;

/** The column holds no earlier and no later time. */
const firstMs = Date.UTC(1900, 0, 1);
const endMs = Date.UTC(2299, 11, 31);
/** All fields of most rows but the record, which is also part of them: agent, identity, ids. */
const fieldBytesExpected = 1024;

/**
 * Rows of `lake_events`. Records may be anybody's JSON, so a member of another type than CloudTrail's becomes text.
 * An event in several stores is read once, as long as its copies follow each other.
 *
 * @throws RangeError for a time that the column cannot hold, SyntaxError for a record that is not JSON.
 */
export function encodeLakeEvents(events: readonly LakeEvent[], ingestedMs: number): Buffer {
  const bytes = events.reduce((sum, event) => sum + event.record.length + fieldBytesExpected, 0);
  const writer = new RowWriter(bytes);
  let encoded = { record: "", fields: "" };
  for (const event of events) {
    if (encoded.record !== event.record) encoded = { record: event.record, fields: fieldsOf(event) };
    writer
      .text(event.storeId)
      .fields(dateTime(event.eventTimeMs))
      .text(event.eventId)
      .fields(encoded.fields)
      .integer(ingestedMs)
      .endRow();
  }
  return writer.take();
}

/** `2026-03-01 12:00:00.000` */
function dateTime(timeMs: number): string {
  if (!(timeMs >= firstMs && timeMs < endMs)) throw new RangeError(`${timeMs} is not the time of an event`);
  return new Date(timeMs).toISOString().slice(0, -1).replace("T", " ");
}

/** From `event_version` to `record`. */
function fieldsOf({ record: text, parsed = JSON.parse(text) }: LakeEvent): string {
  const record = objectOf(parsed);
  const identity = objectOf(record["userIdentity"]);
  const issuer = objectOf(objectOf(identity["sessionContext"])["sessionIssuer"]);
  const resources = Array.isArray(record["resources"]) ? record["resources"].map(objectOf) : [];
  const texts = [
    record["eventVersion"],
    record["eventCategory"],
    record["eventType"],
    record["eventSource"],
    record["eventName"],
    record["awsRegion"],
    record["recipientAccountId"],
    record["sourceIPAddress"],
    record["userAgent"],
    record["errorCode"],
    record["errorMessage"],
  ];
  const identityTexts = [
    identity["type"],
    identity["principalId"],
    identity["arn"],
    identity["accountId"],
    identity["accessKeyId"],
    identity["userName"],
    identity["invokedBy"],
    issuer["arn"],
    issuer["userName"],
    record["requestID"],
    record["sharedEventID"],
  ];
  return [
    ...texts.map(fieldOf),
    flagOf(record["readOnly"]),
    flagOf(record["managementEvent"]),
    ...identityTexts.map(fieldOf),
    escapedArray(resources.map((resource) => textOf(resource["type"]))),
    escapedArray(resources.map((resource) => textOf(resource["ARN"]))),
    escapedField(text),
  ].join("\t");
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function fieldOf(value: unknown): string {
  return escapedField(textOf(value));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(value);
}

/** 2 where the record does not say. */
function flagOf(value: unknown): string {
  if (value === true || value === "true") return "1";
  return value === false || value === "false" ? "0" : "2";
}
