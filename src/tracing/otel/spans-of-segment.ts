import type { Entity } from "../entity.js";

/** A span in the form of the span log: OpenTelemetry's names, ids in hexadecimal. */
export interface SpanDocument {
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly scope: { readonly name: string; readonly version?: string };
  /** 32 hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: "SERVER" | "CLIENT" | "INTERNAL";
  readonly startTimeUnixNano: number;
  /** Absent while in progress. */
  readonly endTimeUnixNano?: number;
  readonly durationNano?: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { name: string; timeUnixNano: number; attributes: Record<string, unknown> }[];
  readonly links: readonly unknown[];
  readonly status: { readonly code: "UNSET" | "ERROR" };
}

const sampled = 1;

/** What is told of the resource with every span: more, and a small segment of many parts would become megabytes. */
const repeatedLengthMax = 2048;

/**
 * A segment and everything in it as spans, parents first: the mapping of OpenTelemetry's spans the other way round. A
 * resource that is long is told with the first span; the others name its service.
 * Annotations and metadata become attributes; what has no attribute of its own is kept as `aws.xray.<member>`.
 *
 * @param segment a segment, or a subsegment that found no parent, with its trace id.
 */
export function spansOfSegment(segment: Entity): SpanDocument[] {
  const traceId = (segment.trace_id ?? "").slice(2).replace("-", "");
  const resource = { attributes: resourceOf(segment) };
  const scope = scopeOf(segment);
  const repeatable = JSON.stringify([resource, scope]).length <= repeatedLengthMax;
  const inside = repeatable
    ? { resource, scope }
    : { resource: { attributes: { "service.name": segment.name } }, scope: { name: defaultScope } };
  const spans: SpanDocument[] = [];
  const pending: { entity: Entity; parentId: string | undefined }[] = [
    { entity: segment, parentId: segment.parent_id },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { entity, parentId } = next;
    spans.push({
      ...(entity === segment ? { resource, scope } : inside),
      traceId,
      spanId: entity.id,
      ...(parentId !== undefined && { parentSpanId: parentId }),
      flags: sampled,
      name: entity.name,
      kind: kindOf(entity),
      ...timesOf(entity),
      attributes: attributesOf(entity),
      events: eventsOf(entity),
      links: entity.links ?? [],
      status: { code: entity.fault || entity.error || entity.throttle ? "ERROR" : "UNSET" },
    });
    const children = entity.subsegments ?? [];
    for (let index = children.length - 1; index >= 0; index--)
      pending.push({ entity: children[index]!, parentId: entity.id });
  }
  return spans;
}

function kindOf(entity: Entity): SpanDocument["kind"] {
  if (entity.trace_id !== undefined && entity.type === undefined) return "SERVER";
  return entity.namespace === "aws" || entity.namespace === "remote" ? "CLIENT" : "INTERNAL";
}

function timesOf({ start_time, end_time }: Entity) {
  const startTimeUnixNano = nanos(start_time);
  if (end_time === undefined) return { startTimeUnixNano };
  const endTimeUnixNano = nanos(end_time);
  // The difference of the two is off by up to half a microsecond: they are larger than a double is exact.
  return { startTimeUnixNano, endTimeUnixNano, durationNano: Math.max(0, nanos(end_time - start_time)) };
}

/** Microseconds are what is kept; the digits after them are zeros. */
function nanos(seconds: number): number {
  return Math.round(seconds * 1_000_000) * 1000;
}

function resourceOf(segment: Entity): Record<string, unknown> {
  const attributes: [string, unknown][] = [["service.name", segment.name]];
  const add = (key: string, value: unknown) => {
    if (value !== undefined) attributes.push([key, value]);
  };
  add("service.version", segment.service?.["version"]);
  add("cloud.account.id", segment.aws?.account_id);
  add("aws.xray.origin", segment.origin);
  add("cloud.resource_id", segment.resource_arn);
  return Object.fromEntries(attributes);
}

const defaultScope = "aws-xray";

function scopeOf(segment: Entity): { name: string; version?: string } {
  const xray = segment.aws?.["xray"] as { sdk?: unknown; sdk_version?: unknown } | undefined;
  return {
    name: typeof xray?.sdk === "string" ? xray.sdk : defaultScope,
    ...(typeof xray?.sdk_version === "string" && { version: xray.sdk_version }),
  };
}

/** Members of `aws` with an attribute of their own. */
const awsAttributes: Readonly<Record<string, string>> = {
  operation: "rpc.method",
  region: "aws.region",
  request_id: "aws.request_id",
  queue_url: "aws.queue_url",
  table_name: "aws.table_name",
  account_id: "aws.account_id",
};

function attributesOf(entity: Entity): Record<string, unknown> {
  const attributes = new Map<string, unknown>();
  const add = (key: string, value: unknown) => {
    if (value !== undefined) attributes.set(key, value);
  };
  for (const [namespace, value] of Object.entries(entity.metadata ?? {}))
    if (namespace === "default" && typeof value === "object" && value !== null)
      for (const [key, item] of Object.entries(value)) add(key, item);
    else add(`aws.xray.metadata.${namespace}`, JSON.stringify(value));
  const { request, response } = entity.http ?? {};
  add("http.request.method", request?.method);
  add("url.full", request?.url);
  add("user_agent.original", request?.user_agent);
  add("client.address", request?.client_ip);
  add("http.response.status_code", response?.status);
  add("http.response.body.size", response?.content_length);
  if (entity.namespace === "aws") add("rpc.system", "aws-api");
  if (entity.namespace === "aws" || entity.namespace === "remote") add("aws.remote.service", entity.name);
  for (const [member, value] of Object.entries(entity.aws ?? {})) {
    if (member === "xray" || member === "resource_names") continue;
    add(awsAttributes[member] ?? `aws.xray.aws.${member}`, typeof value === "object" ? JSON.stringify(value) : value);
  }
  add("db.system", entity.sql?.["database_type"]);
  add("db.connection_string", entity.sql?.["connection_string"]);
  add("db.user", entity.sql?.["user"]);
  add("db.statement", entity.sql?.["sanitized_query"]);
  add("enduser.id", entity.user);
  if (entity.inferred) add("aws.xray.inferred", true);
  if (entity.throttle) add("aws.xray.throttle", true);
  const annotations = Object.entries(entity.annotations ?? {});
  for (const [key, value] of annotations) add(key, value);
  if (annotations.length > 0)
    add(
      "aws.xray.annotations",
      annotations.map(([key]) => key),
    );
  return Object.fromEntries(attributes); // safe for a key such as __proto__
}

/** Exceptions as events at the end of the span, which is when X-Ray's SDKs tell of them. */
function eventsOf(entity: Entity): SpanDocument["events"] {
  if (typeof entity.cause !== "object") return [];
  const timeUnixNano = nanos(entity.end_time ?? entity.start_time);
  const exceptions = entity.cause.exceptions ?? (entity.cause.message ? [{ message: entity.cause.message }] : []);
  return exceptions.map((exception) => {
    const { type, message, stack } = exception as { type?: string; message?: string; stack?: readonly StackFrame[] };
    return {
      name: "exception",
      timeUnixNano,
      attributes: {
        ...(type !== undefined && { "exception.type": type }),
        ...(message !== undefined && { "exception.message": message }),
        ...(stack !== undefined && { "exception.stacktrace": stack.map(lineOf).join("\n") }),
      },
    };
  });
}

interface StackFrame {
  readonly path?: string;
  readonly line?: number;
  readonly label?: string;
}

function lineOf({ path = "", line, label }: StackFrame): string {
  return `    at ${label === undefined ? "" : `${label} `}(${path}${line === undefined ? "" : `:${line}`})`;
}
