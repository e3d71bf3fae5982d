import type { CauseData, Entity, ExceptionData, HttpData } from "./entity.js";
import { isEntityId } from "./trace-id.js";

/** AWS X-Ray quotas: links a segment; surplus links are dropped. */
const linksPerSegmentMax = 20;

type Raw = Readonly<Record<string, unknown>>;

/**
 * A stored document as an entity: data outside the schema is left out, ids are lower case, exceptions lose their ids.
 * Embedded subsegments lose `trace_id`, `parent_id` and `type`, which some SDKs send along.
 *
 * @param text a document that `readSegmentDocument` accepted.
 */
export function entityOfDocument(text: string): Entity {
  const raw = JSON.parse(text) as Raw;
  return toEntity(raw, raw["type"] === "subsegment" ? "detached" : "segment");
}

function toEntity(raw: Raw, place: "segment" | "detached" | "embedded"): Entity {
  const entity: Entity = {
    id: (raw["id"] as string).toLowerCase(),
    name: raw["name"] as string,
    start_time: raw["start_time"] as number,
  };
  if (place !== "embedded") entity.trace_id = (raw["trace_id"] as string).toLowerCase();
  const complete = typeof raw["end_time"] === "number";
  if (complete) entity.end_time = raw["end_time"] as number;
  if (place !== "embedded" && typeof raw["parent_id"] === "string") entity.parent_id = raw["parent_id"].toLowerCase();
  if (!complete) entity.in_progress = true;
  else if (place !== "segment" && raw["in_progress"] === false) entity.in_progress = false;
  if (place === "detached") entity.type = "subsegment";
  if (place === "segment" && raw["inferred"] === true) entity.inferred = true;
  for (const flag of ["fault", "error", "throttle"] as const) {
    const value = raw[flag];
    if (typeof value === "boolean") entity[flag] = value;
  }
  const http = toHttp(raw["http"]);
  if (http) entity.http = http;
  const aws = withoutNulls(raw["aws"]);
  if (aws) entity.aws = aws;
  const sql = picked(raw["sql"], sqlMembers);
  if (sql) entity.sql = sql;
  const annotations = toAnnotations(raw["annotations"]);
  if (annotations) entity.annotations = annotations;
  if (isObject(raw["metadata"])) entity.metadata = raw["metadata"];
  if (place === "segment") addSegmentMembers(entity, raw);
  else if (typeof raw["namespace"] === "string") entity.namespace = raw["namespace"];
  const cause = toCause(raw["cause"]);
  if (cause !== undefined) entity.cause = cause;
  if (place === "segment") addLinks(entity, raw["links"]);
  else addSubsegmentMembers(entity, raw);
  const subsegments = toSubsegments(raw["subsegments"]);
  if (subsegments) entity.subsegments = subsegments;
  return entity;
}

function toSubsegments(value: unknown): Entity[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const subsegments = value.filter(isObject).map((child) => toEntity(child, "embedded"));
  return subsegments.length > 0 ? subsegments : undefined;
}

function addSegmentMembers(entity: Entity, raw: Raw): void {
  const service = picked(raw["service"], serviceMembers);
  if (service) entity.service = service;
  if (typeof raw["user"] === "string") entity.user = raw["user"];
  if (typeof raw["origin"] === "string" && raw["origin"] !== "") entity.origin = raw["origin"];
  if (typeof raw["resource_arn"] === "string") entity.resource_arn = raw["resource_arn"];
}

function addSubsegmentMembers(entity: Entity, raw: Raw): void {
  const precursors = raw["precursor_ids"];
  if (Array.isArray(precursors)) entity.precursor_ids = precursors.filter(isEntityId);
  if (typeof raw["traced"] === "boolean") entity.traced = raw["traced"];
}

function addLinks(entity: Entity, links: unknown): void {
  if (!Array.isArray(links)) return;
  entity.links = links
    .filter(isObject)
    .slice(0, linksPerSegmentMax)
    .map(({ trace_id, id, attributes }) => ({ trace_id, id, attributes }));
}

function toHttp(value: unknown): HttpData | undefined {
  if (!isObject(value)) return undefined;
  const http: HttpData = {};
  if (isObject(value["request"])) {
    const request: Record<string, unknown> = {};
    for (const member of ["method", "url", "user_agent", "client_ip"])
      if (typeof value["request"][member] === "string") request[member] = value["request"][member];
    for (const member of ["x_forwarded_for", "traced"])
      if (typeof value["request"][member] === "boolean") request[member] = value["request"][member];
    http.request = request;
  }
  if (isObject(value["response"])) {
    const { status, content_length: length } = value["response"];
    http.response = {};
    if (Number.isSafeInteger(status)) http.response.status = status as number;
    if (typeof length === "number" || typeof length === "string") http.response.content_length = length;
  }
  return http;
}

function toAnnotations(value: unknown): Entity["annotations"] {
  if (!isObject(value)) return undefined;
  const kept = Object.entries(value).filter(
    // JSON may say 1e999, which no answer can say again.
    ([, item]) => typeof item === "string" || typeof item === "boolean" || Number.isFinite(item),
  );
  return Object.fromEntries(kept) as Entity["annotations"]; // safe for a key such as __proto__
}

function toCause(value: unknown): Entity["cause"] {
  if (isEntityId(value)) return value.toLowerCase();
  if (!isObject(value)) return undefined;
  const cause: CauseData = {};
  if (typeof value["working_directory"] === "string") cause.working_directory = value["working_directory"];
  if (Array.isArray(value["paths"])) cause.paths = value["paths"].filter((path) => typeof path === "string");
  if (Array.isArray(value["exceptions"])) cause.exceptions = value["exceptions"].filter(isObject).map(toException);
  if (typeof value["message"] === "string") cause.message = value["message"];
  return cause;
}

function toException(value: Raw): ExceptionData {
  const exception: ExceptionData = {};
  if (typeof value["message"] === "string") exception.message = value["message"];
  if (typeof value["type"] === "string") exception.type = value["type"];
  if (typeof value["remote"] === "boolean") exception.remote = value["remote"];
  if (typeof value["truncated"] === "number") exception.truncated = value["truncated"];
  if (typeof value["skipped"] === "number") exception.skipped = value["skipped"];
  if (Array.isArray(value["stack"])) exception.stack = value["stack"].filter(isObject).map(toFrame);
  return exception;
}

function toFrame(value: Raw) {
  const frame: { path?: string; line?: number; label?: string } = {};
  if (typeof value["path"] === "string") frame.path = value["path"];
  if (typeof value["line"] === "number") frame.line = value["line"];
  if (typeof value["label"] === "string") frame.label = value["label"];
  return frame;
}

/** The string members of `value` that are named; undefined if it is no object. */
function picked(value: unknown, members: readonly string[]): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  const kept: Record<string, string> = {};
  for (const member of members) {
    const item = value[member];
    if (typeof item === "string") kept[member] = item;
  }
  return kept;
}

function withoutNulls(value: unknown): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const sqlMembers = [
  "connection_string",
  "url",
  "sanitized_query",
  "database_type",
  "database_version",
  "driver_version",
  "user",
  "preparation",
];

const serviceMembers = ["name", "version", "compiler", "compiler_version", "runtime", "runtime_version"];
