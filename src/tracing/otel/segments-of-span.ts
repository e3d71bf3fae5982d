import { createHash } from "node:crypto";
import { awsOf, originOf, sqlOf } from "./aws-of-span.js";
import { causeOf } from "./cause-of-span.js";
import { httpOf } from "./http-of-span.js";
import { nameOf, segmentName, withoutAwsPrefix } from "./segment-name.js";
import type { Attributes, AttributeValue, OtelSpan } from "./span.js";
import { SpanAttributes } from "./span-attributes.js";

/** What of a span's attributes becomes annotations. */
export interface Indexing {
  readonly all: boolean;
  readonly keys: ReadonlySet<string>;
}

export const indexNothing: Indexing = { all: false, keys: new Set() };

type Document = Record<string, unknown>;

/**
 * The documents of one span: a segment for a SERVER span or one without parent, else a subsegment sent on its own; both for
 * a local root that calls something else.
 *
 * Source: X-Ray exporter of the OpenTelemetry Collector, `translator/segment.go`, on which AWS's own endpoint is modelled.
 */
export function segmentsOfSpan(span: OtelSpan, resource: Attributes, indexing: Indexing): Document[] {
  const localRoot = span.attributes.get("aws.span.kind") === "LOCAL_ROOT";
  if (localRoot && (span.kind === "CLIENT" || span.kind === "PRODUCER" || span.kind === "CONSUMER"))
    return localRootAndItsCall(span, resource, indexing);
  const isSegment = localRoot || span.kind === "SERVER" || span.parentSpanId === "";
  return [documentOf(span, resource, indexing, { isSegment, localRoot })];
}

/** A service whose first span is a call: the call is a subsegment, and a segment stands for the service around it. */
function localRootAndItsCall(span: OtelSpan, resource: Attributes, indexing: Indexing): Document[] {
  const segmentId = idOfGeneratedSegment(span);
  const { links: linksOfCall, ...call } = documentOf({ ...span, parentSpanId: segmentId }, resource, indexing, {
    isSegment: false,
    localRoot: true,
  });
  const remote = span.attributes.get("aws.remote.service");
  if (typeof remote === "string" && remote !== "") call["name"] = segmentName(withoutAwsPrefix(remote));
  call["namespace"] ??= "remote";
  if (span.kind !== "CONSUMER" && linksOfCall !== undefined) call["links"] = linksOfCall;

  const ofService = new Map([...span.attributes].filter(([key]) => !attributesOfCall.has(key)));
  const segment = documentOf({ ...span, attributes: ofService }, resource, indexing, {
    isSegment: true,
    localRoot: true,
  });
  const service = span.attributes.get("aws.local.service");
  segment["id"] = segmentId;
  if (typeof service === "string" && service !== "") segment["name"] = segmentName(service);
  for (const member of ["http", "sql", "namespace"]) delete segment[member];
  for (const member of membersOfCall) delete (segment["aws"] as Document | undefined)?.[member];
  segment["metadata"] = resourceMetadataOnly(segment["metadata"]);
  if (span.kind !== "CONSUMER") delete segment["links"];
  return [call, segment];
}

const membersOfCall = ["operation", "account_id", "region", "request_id", "queue_url", "table_name", "table_names"];
const attributesOfCall = new Set(["aws.remote.service", "aws.remote.operation", "remoteTarget", "K8s.RemoteNamespace"]);

/** The same at every try of an export, so that a span that is sent again replaces itself. */
function idOfGeneratedSegment({ traceId, spanId }: OtelSpan): string {
  return createHash("sha256").update(`${traceId}/${spanId}/local-root`).digest("hex").slice(0, 16);
}

function documentOf(
  span: OtelSpan,
  resourceValues: Attributes,
  indexing: Indexing,
  { isSegment, localRoot }: { isSegment: boolean; localRoot: boolean },
): Document {
  const attributes = new SpanAttributes(span.attributes);
  const resource = new SpanAttributes(resourceValues);
  const { name, namespace } = nameOf(span, localRoot, attributes, resource);
  const document: Document = {
    name,
    id: span.spanId,
    trace_id: `1-${span.traceId.slice(0, 8)}-${span.traceId.slice(8)}`,
    start_time: span.startSeconds,
    end_time: span.endSeconds,
  };
  const set = (member: string, value: unknown) => {
    if (value !== undefined) document[member] = value;
  };
  if (span.parentSpanId !== "") document["parent_id"] = span.parentSpanId;
  if (!isSegment) document["type"] = "subsegment";
  Object.assign(document, flagsOf(span));
  set("cause", causeOf(span, resource.peek("telemetry.sdk.language")));
  set("http", httpOf(span, attributes));
  set("aws", awsOf(attributes, resource, true));
  set("sql", sqlOf(span.name, attributes));
  if (isSegment) {
    set("origin", originOf(resource));
    set("user", attributes.text("enduser.id"));
    const version = resource.peek("service.version") ?? resource.peek("container.image.tag");
    if (version !== undefined) document["service"] = { version };
  } else set("namespace", namespace ?? (attributes.has("aws.remote.service") ? "remote" : undefined));
  if (span.links.length > 0)
    document["links"] = span.links.map((link) => ({
      trace_id: `1-${link.traceId.slice(0, 8)}-${link.traceId.slice(8)}`,
      id: link.spanId,
      attributes: Object.fromEntries(link.attributes),
    }));
  const { annotations, metadata } = annotationsAndMetadata(attributes, isSegment ? resource : undefined, indexing);
  if (Object.keys(annotations).length > 0) document["annotations"] = annotations;
  if (Object.keys(metadata).length > 0) document["metadata"] = metadata;
  return document;
}

/** Always said, also where nothing went wrong. */
function flagsOf({ attributes, status }: OtelSpan): { error: boolean; fault: boolean; throttle: boolean } {
  const code = Number(attributes.get("http.status_code") ?? attributes.get("http.response.status_code") ?? 0);
  if (code >= 400 && code < 500) return { error: true, fault: false, throttle: code === 429 };
  return { error: false, fault: (code >= 500 && code < 600) || status.code === "ERROR", throttle: false };
}

const metadataPrefix = "aws.xray.metadata.";
const annotationsKey = "aws.xray.annotations";

function annotationsAndMetadata(attributes: SpanAttributes, resource: SpanAttributes | undefined, indexing: Indexing) {
  const annotations: [string, string | number | boolean][] = [];
  const defaults: [string, unknown][] = [];
  const namespaces: [string, unknown][] = [];
  const listed = new Set(attributes.texts(annotationsKey));
  const isIndexed = (key: string) => indexing.all || indexing.keys.has(key) || listed.has(key);
  const place = (key: string, value: AttributeValue, indexed: boolean) => {
    if (indexed && value !== null && typeof value !== "object") annotations.push([annotationKey(key), value]);
    else if (!indexing.all && value !== null) defaults.push([key, value]);
  };
  if (resource)
    for (const [key, value] of resource.rest()) {
      const prefixed = `otel.resource.${key}`;
      place(prefixed, value, isIndexed(prefixed));
    }
  for (const [key, value, taken] of attributes.rest()) {
    if (key === annotationsKey) continue;
    const parsed = key.startsWith(metadataPrefix) ? jsonObject(value) : undefined;
    if (parsed !== undefined) {
      const namespace = key.slice(metadataPrefix.length);
      if (namespace === "default") defaults.push(...Object.entries(parsed));
      else namespaces.push([namespace, parsed]);
    } else if (!taken || indexing.keys.has(key) || listed.has(key)) place(key, value, isIndexed(key));
  }
  if (defaults.length > 0) namespaces.unshift(["default", Object.fromEntries(defaults)]);
  // fromEntries is safe for a key such as __proto__
  return { annotations: Object.fromEntries(annotations), metadata: Object.fromEntries(namespaces) };
}

/** Keys of annotations have letters, digits, `_` and, since the collector's version 0.97, dots. */
function annotationKey(key: string): string {
  return key.replace(/[^A-Za-z0-9_.]/g, "_");
}

function jsonObject(value: AttributeValue): Record<string, unknown> | undefined {
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function resourceMetadataOnly(metadata: unknown): unknown {
  const defaults = (metadata as Record<string, Document> | undefined)?.["default"] ?? {};
  return { default: Object.fromEntries(Object.entries(defaults).filter(([key]) => key.startsWith("otel.resource."))) };
}
