import type { Attributes, AttributeValue, OtelSpan, SpanEvent, SpanKind, SpanLink, SpansOfResource } from "./span.js";
import { decodeExportRequest } from "./trace-messages.js";

/** Levels of lists and maps in one attribute. */
const attributeDepthMax = 32;

/** Spans in one request. Source: Amazon CloudWatch User Guide, limits of the OTLP endpoint of X-Ray. */
export const spansPerRequestMax = 10_000;

/** What was sent is no export request. The message tells the sender where. */
export class ExportRequestError extends Error {
  override readonly name = "ExportRequestError";
}

/** A span that cannot be a segment, whatever the mapping. */
export interface UnreadableSpan {
  readonly problem: string;
}

export interface ExportRequest {
  readonly resources: readonly SpansOfResource[];
  readonly unreadable: readonly UnreadableSpan[];
}

/**
 * Reads `ExportTraceServiceRequest` from protobuf or from OTLP's JSON (ids in hexadecimal, 64-bit integers as numbers or
 * texts, enums as numbers or names; unknown members are ignored).
 *
 * @throws ExportRequestError
 */
export function readExportRequest(bytes: Uint8Array, encoding: "protobuf" | "json"): ExportRequest {
  const request = decoded(bytes, encoding);
  const unreadable: UnreadableSpan[] = [];
  let spanCount = 0;
  const resources = objects(request["resourceSpans"]).map((ofResource): SpansOfResource => {
    const spans: OtelSpan[] = [];
    for (const ofScope of objects(ofResource["scopeSpans"]))
      for (const span of objects(ofScope["spans"])) {
        if (++spanCount > spansPerRequestMax)
          throw new ExportRequestError(`More than ${spansPerRequestMax} spans in one request: send smaller batches`);
        const read = spanOf(span);
        if (typeof read === "string") unreadable.push({ problem: read });
        else spans.push(read);
      }
    return { resource: attributesOf((ofResource["resource"] as Raw | undefined)?.["attributes"]), spans };
  });
  return { resources, unreadable };
}

type Raw = Readonly<Record<string, unknown>>;

function decoded(bytes: Uint8Array, encoding: "protobuf" | "json"): Raw {
  try {
    const value: unknown =
      encoding === "protobuf" ? decodeExportRequest(bytes) : JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new ExportRequestError(`The body is not an ExportTraceServiceRequest in ${encoding}`, { cause });
  }
  throw new ExportRequestError("The body is not an ExportTraceServiceRequest: it must be a JSON object");
}

/** @returns why not, if it cannot be read. */
function spanOf(raw: Raw): OtelSpan | string {
  const traceId = idOf(raw["traceId"], 16);
  if (traceId === undefined) return "a span has no trace id of 16 bytes";
  const spanId = idOf(raw["spanId"], 8);
  if (spanId === undefined) return `a span of trace ${traceId} has no span id of 8 bytes`;
  const parent = isEmpty(raw["parentSpanId"]) ? "" : idOf(raw["parentSpanId"], 8);
  if (parent === undefined) return `span ${spanId} has a parent span id that is not 8 bytes`;
  const status = isObject(raw["status"]) ? raw["status"] : {};
  return {
    traceId,
    spanId,
    parentSpanId: parent,
    name: textOf(raw["name"]),
    kind: kinds[enumOf(raw["kind"], "SPAN_KIND_", kinds)] ?? "UNSPECIFIED",
    startSeconds: secondsOf(raw["startTimeUnixNano"]),
    endSeconds: secondsOf(raw["endTimeUnixNano"]),
    attributes: attributesOf(raw["attributes"]),
    events: objects(raw["events"]).map(
      (event): SpanEvent => ({
        name: textOf(event["name"]),
        timeSeconds: secondsOf(event["timeUnixNano"]),
        attributes: attributesOf(event["attributes"]),
      }),
    ),
    links: objects(raw["links"]).flatMap((link): SpanLink[] => {
      const [linkedTrace, linkedSpan] = [idOf(link["traceId"], 16), idOf(link["spanId"], 8)];
      if (linkedTrace === undefined || linkedSpan === undefined) return []; // points at nothing
      return [{ traceId: linkedTrace, spanId: linkedSpan, attributes: attributesOf(link["attributes"]) }];
    }),
    status: {
      code: statusCodes[enumOf(status["code"], "STATUS_CODE_", statusCodes)] ?? "UNSET",
      message: textOf(status["message"]),
    },
  };
}

const kinds: readonly SpanKind[] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statusCodes = ["UNSET", "OK", "ERROR"] as const;

/** Enums are numbers; JSON may also spell their names. */
function enumOf(value: unknown, prefix: string, names: readonly string[]): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.startsWith(prefix) ? names.indexOf(value.slice(prefix.length)) : 0;
}

/** Hexadecimal in JSON, bytes in protobuf; an id of zeros is none. */
function idOf(value: unknown, bytes: number): string | undefined {
  const hex =
    typeof value === "string"
      ? value.toLowerCase()
      : value instanceof Uint8Array
        ? Buffer.from(value).toString("hex")
        : "";
  return hex.length === bytes * 2 && /^[0-9a-f]+$/.test(hex) && !/^0+$/.test(hex) ? hex : undefined;
}

function isEmpty(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  if (Array.isArray(value)) return value.length === 0; // what the protobuf reader has for bytes that were not sent
  return value === undefined || value === null || value === "" || value === "0000000000000000";
}

/** Nanoseconds since the epoch, 64 bits, as seconds with microseconds. */
function secondsOf(nanos: unknown): number {
  return Math.round(numberOf(nanos) / 1000) / 1_000_000;
}

/** A number, a text of digits, or the 64-bit integer of the protobuf reader. */
function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number(String(value ?? 0));
}

function attributesOf(pairs: unknown): Attributes {
  return new Map(objects(pairs).map(({ key, value }) => [textOf(key), attributeValue(value, 0)]));
}

function attributeValue(raw: unknown, depth: number): AttributeValue {
  if (depth > attributeDepthMax)
    throw new ExportRequestError(`An attribute is nested deeper than ${attributeDepthMax} levels`);
  if (!isObject(raw)) return null;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = raw;
  if (isSet(raw, "stringValue", stringValue)) return textOf(stringValue);
  if (isSet(raw, "boolValue", boolValue)) return boolValue === true;
  if (isSet(raw, "intValue", intValue)) {
    const number = numberOf(intValue);
    return Number.isSafeInteger(number) ? number : String(intValue);
  }
  if (isSet(raw, "doubleValue", doubleValue)) {
    const number = typeof doubleValue === "number" ? doubleValue : Number(doubleValue);
    return Number.isFinite(number) ? number : String(doubleValue); // JSON has no NaN
  }
  if (isObject(arrayValue)) return objects(arrayValue["values"]).map((item) => attributeValue(item, depth + 1));
  if (isObject(kvlistValue))
    return Object.fromEntries(
      objects(kvlistValue["values"]).map(({ key, value }) => [textOf(key), attributeValue(value, depth + 1)]),
    ); // safe for a key such as __proto__
  if (isSet(raw, "bytesValue", bytesValue))
    return bytesValue instanceof Uint8Array ? Buffer.from(bytesValue).toString("base64") : textOf(bytesValue);
  return null;
}

/** The protobuf reader has defaults on its prototype: a member counts if it was sent. */
function isSet(raw: Raw, member: string, value: unknown): boolean {
  return Object.hasOwn(raw, member) && value !== undefined && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function objects(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
