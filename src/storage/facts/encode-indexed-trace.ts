import type { CallFacts, IndexedTrace, NodeId, RequestFacts, SegmentFacts } from "../../tracing/trace-facts.js";
import type { Scope } from "../scope.js";
import { escapedField, type RowWriter } from "./row-writer.js";
import { flagBits } from "./sql/create-traces.sql.js";

const minuteUs = 60_000_000;
const httpStatusMax = 65_535;

/** Columns of `traces` in the order in which they are written. */
export const traceColumns = [
  "account_id",
  "region",
  "time_ms",
  "trace_id",
  "version",
  "is_deleted",
  "received_ms",
  "start_us",
  "end_us",
  "first_end_us",
  "in_progress",
  "ended_minutes",
  "duration_ms",
  "response_ms",
  "ok",
  "fault",
  "error",
  "throttle",
  "partial",
  "http_status",
  "http_url",
  "http_method",
  "http_user_agent",
  "http_client_ip",
  "nodes.name",
  "nodes.type",
  "nodes.account_id",
  "segments.name",
  "segments.type",
  "segments.account_id",
  "segments.flags",
  "segments.start_us",
  "segments.end_us",
  "segments.http_status",
  "segments.http_url",
  "segments.http_method",
  "segments.http_user_agent",
  "segments.http_client_ip",
  "segments.user",
  "segments.availability_zone",
  "segments.instance_id",
  "segments.resource_arn",
  "calls.source_name",
  "calls.source_type",
  "calls.source_account_id",
  "calls.target_name",
  "calls.target_type",
  "calls.target_account_id",
  "calls.flags",
  "calls.start_us",
  "calls.end_us",
  "calls.http_status",
  "calls.http_url",
  "calls.http_method",
  "calls.event_age_us",
  "annotations.key",
  "annotations.kind",
  "annotations.text",
  "annotations.number",
  "fault_causes",
  "error_causes",
  "response_time_causes",
  "group_arns",
  "summary",
] as const;

/** Values of `annotations.kind`. */
export const annotationKinds = { string: 0, number: 1, boolean: 2 } as const;

/**
 * Writes a trace as a row of `traces`, columns in the order of `traceColumns`; if it moved, also the row that removes it
 * from its former place. What no document can say exactly is stored as the nearest that a column holds: times beyond the
 * whole numbers that are exact, a status beyond 16 bits.
 */
export function writeIndexedTrace(row: RowWriter, scope: Scope, trace: IndexedTrace): void {
  const { facts, movedFromMs } = trace;
  if (movedFromMs !== undefined && movedFromMs !== facts.timeMs) writeRemoval(row, scope, trace, movedFromMs);
  const { segments, calls, annotations } = facts;
  const extent = extentOf(facts);
  row.fields(keyOf(scope, facts.timeMs, trace, false));
  row.fields(`${extent.startUs}\t${extent.endUs}\t${extent.firstEndUs}\t${extent.inProgress ? 1 : 0}`);
  row.fields(numbers(endedMinutes(facts)));
  row.fields(`${exact(facts.durationMs)}\t${facts.responseMs === undefined ? -1 : exact(facts.responseMs)}`);
  row.flag(facts.ok).flag(facts.fault).flag(facts.error).flag(facts.throttle).flag(facts.partial);
  row.fields(status(facts)).text(facts.httpUrl).text(facts.httpMethod);
  row.text(facts.httpUserAgent).text(facts.httpClientIp);
  writeNodes(row, facts.nodes, (node) => node);

  writeNodes(row, segments, ({ node }) => node);
  writeRequests(row, segments, (segment) => bit("root", segment.root) | bit("inferred", segment.inferred));
  for (const member of segmentTexts) row.textsOf(segments, (segment) => segment[member]);

  writeNodes(row, calls, ({ source }) => source);
  writeNodes(row, calls, ({ target }) => target);
  writeRequests(row, calls, (call) => bit("link", call.link));
  row.fields(numbers(calls.map((call) => exact(call.eventAgeUs))));

  row.textsOf(annotations, ({ key }) => key);
  row.fields(numbers(annotations.map(({ value }) => annotationKinds[typeof value as keyof typeof annotationKinds])));
  row.textsOf(annotations, ({ value }) => (typeof value === "string" ? value : ""));
  row.fields(numbers(annotations.map(({ value }) => (typeof value === "string" ? 0 : float(Number(value))))));

  row.texts(facts.faultCauses).texts(facts.errorCauses).texts(facts.responseTimeCauses);
  row.texts(trace.groupArns).text(trace.summary).endRow();
}

/** The minutes since the epoch in which segments or calls of a trace ended, each once. */
export function endedMinutes({ segments, calls }: IndexedTrace["facts"]): number[] {
  const minutes = new Set<number>();
  for (const requests of [segments, calls] as readonly (readonly RequestFacts[])[])
    for (const { endUs } of requests) {
      if (endUs === undefined) continue;
      const us = exact(endUs);
      minutes.add((us - (((us % minuteUs) + minuteUs) % minuteUs)) / minuteUs);
    }
  return [...minutes];
}

const segmentTexts = [
  "httpUserAgent",
  "httpClientIp",
  "user",
  "availabilityZone",
  "instanceId",
  "resourceArn",
] as const;

/** A deleted row: only the columns of the key, and what decides which row counts. */
function writeRemoval(row: RowWriter, scope: Scope, trace: IndexedTrace, fromMs: number): void {
  const rest = traceColumns.slice(traceColumns.indexOf("received_ms") + 1);
  row.fields(keyOf(scope, fromMs, trace, true));
  row.fields(rest.map((column) => (isArray(column) ? "[]" : isText(column) ? "" : "0")).join("\t")).endRow();
}

const isArray = (column: string) =>
  column.includes(".") || column.endsWith("_causes") || column.endsWith("_minutes") || column === "group_arns";
const isText = (column: string) => column === "summary" || (column.startsWith("http_") && column !== "http_status");

/** From the account to `received_ms`. */
function keyOf(scope: Scope, timeMs: number, trace: IndexedTrace, isDeleted: boolean): string {
  const place = `${escapedField(scope.accountId)}\t${escapedField(scope.region)}\t${exact(timeMs)}`;
  const id = escapedField(trace.facts.traceId);
  return `${place}\t${id}\t${Math.max(0, exact(trace.version))}\t${isDeleted ? 1 : 0}\t${exact(trace.receivedMs)}`;
}

/** Between which times the segments that were sent began and ended; without an end the least number. */
function extentOf({ startUs, segments }: IndexedTrace["facts"]) {
  const extent = {
    startUs: exact(startUs),
    endUs: Number.MIN_SAFE_INTEGER,
    firstEndUs: Number.MIN_SAFE_INTEGER,
    inProgress: false,
  };
  let begun = false;
  for (const segment of segments) {
    if (segment.inferred) continue;
    const start = exact(segment.startUs);
    extent.startUs = begun ? Math.min(extent.startUs, start) : start;
    begun = true;
    if (segment.endUs === undefined) {
      extent.inProgress = true;
      continue;
    }
    const end = exact(segment.endUs);
    extent.firstEndUs = extent.firstEndUs === Number.MIN_SAFE_INTEGER ? end : Math.min(extent.firstEndUs, end);
    extent.endUs = Math.max(extent.endUs, end);
  }
  return extent;
}

function writeNodes<Item>(row: RowWriter, items: readonly Item[], nodeOf: (item: Item) => NodeId): void {
  row.textsOf(items, (item) => nodeOf(item).name);
  row.textsOf(items, (item) => nodeOf(item).type);
  row.textsOf(items, (item) => nodeOf(item).accountId);
}

function writeRequests<Request extends SegmentFacts | CallFacts>(
  row: RowWriter,
  requests: readonly Request[],
  otherFlags: (request: Request) => number,
): void {
  row.fields(numbers(requests.map((request) => flagsOf(request) | otherFlags(request))));
  row.fields(numbers(requests.map(({ startUs }) => exact(startUs))));
  row.fields(numbers(requests.map(({ startUs, endUs }) => exact(endUs ?? startUs))));
  row.fields(numbers(requests.map(status)));
  row.textsOf(requests, ({ httpUrl }) => httpUrl);
  row.textsOf(requests, ({ httpMethod }) => httpMethod);
}

function flagsOf(request: RequestFacts): number {
  const { fault, error, throttle, endUs } = request;
  return bit("fault", fault) | bit("error", error) | bit("throttle", throttle) | bit("inProgress", endUs === undefined);
}

function bit(flag: keyof typeof flagBits, is: boolean): number {
  return is ? 1 << flagBits[flag] : 0;
}

function numbers(values: readonly (number | string)[]): string {
  return `[${values.join(",")}]`;
}

function status({ httpStatus }: { readonly httpStatus: number }): string {
  return String(Math.min(Math.max(0, exact(httpStatus)), httpStatusMax));
}

/** The nearest whole number that is exact; 0 for what is no number. */
function exact(value: number): number {
  if (Number.isSafeInteger(value)) return value + 0;
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(Math.round(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) + 0;
}

/** As the engine spells numbers. */
function float(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
