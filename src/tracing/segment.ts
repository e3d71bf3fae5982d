import { isEntityId, isTraceId, toLowerCase } from "./trace-id.js";

/** A document that may be stored: what is needed to find it, and its text. */
export interface AcceptedSegment {
  readonly traceId: string;
  readonly segmentId: string;
  readonly kind: "segment" | "subsegment";
  readonly parentId?: string;
  readonly startTimeSeconds: number;
  readonly endTimeSeconds?: number;
  readonly inProgress: boolean;
  /** The text as it was sent; for an element of an array, the element's own text. */
  readonly document: string;
}

/** A document that is not stored. */
export interface RejectedSegment {
  /** The `id` at its top as it was sent, where it is one: anything else could be text of the document. */
  readonly id?: string;
  readonly errorCode: SegmentErrorCode;
  readonly message: string;
}

export type SegmentErrorCode =
  | "ParseError"
  | "InvalidSegment"
  | "MissingId"
  | "InvalidId"
  | "MissingTraceId"
  | "InvalidTraceId"
  | "MissingName"
  | "InvalidName"
  | "MissingStartTime"
  | "InvalidStartTime"
  | "MissingEndTime"
  | "InvalidEndTime"
  | "MissingParentId"
  | "InvalidParentId"
  /** Not of the document: its trace was erased a short time ago. */
  | "TraceErased";

/** Where a document's elements go. An array of subsegments is several elements. */
export interface SegmentSink {
  accept(segment: AcceptedSegment): void;
  /** @param document as it was sent. */
  reject(segment: RejectedSegment, document: string): void;
}

/** AWS X-Ray quotas: 64 KB a segment document; in bytes of UTF-8. */
export const documentBytesMax = 65_536;

/**
 * Levels of JSON in one document. Nested subsegments take two levels and at least 75 bytes each, so 64 KB never reach
 * it honestly; metadata of brackets alone would, and would break whoever reads the trace.
 */
export const documentDepthMax = 1800;

/** 2286-11-20: no clock says so, but milliseconds taken for seconds do. */
const timeSecondsMax = 10_000_000_000;

const nameLengthMax = 200;

/**
 * Reads and judges one item of `TraceSegmentDocuments`: a segment, a detached subsegment, or an array of them.
 * One bad embedded subsegment rejects the whole element; elements of an array are judged one by one.
 *
 * Codes and messages: those AWS documents (`InvalidTraceId`, `MissingId`, `MissingEndTime`, `InvalidName` …); the rest
 * follow their pattern `Missing<Field>`, `Invalid<Field>`.
 *
 * @param bytesMax X-Ray's own limit; more for what comes another way.
 * @returns the trace ids that could be read, good documents or bad, for the record of the call. Undefined if none.
 */
export function readSegmentDocument(
  text: string,
  sink: SegmentSink,
  bytesMax: number = documentBytesMax,
): string | undefined {
  if (isLargerThan(text, bytesMax)) return refuse(sink, "InvalidSegment", text);
  if (isDeeperThanMax(text)) return refuse(sink, "ParseError", text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse(sink, "ParseError", text);
  }
  if (!Array.isArray(parsed))
    return isObject(parsed) ? readElement(parsed, text, sink) : refuse(sink, "ParseError", text);
  if (parsed.length === 0) return refuse(sink, "MissingId", text);
  return readArray(parsed, sink);
}

function readArray(elements: readonly unknown[], sink: SegmentSink): string | undefined {
  const traceIds = new Set<string>();
  for (const element of elements) {
    if (!isObject(element)) {
      refuse(sink, "MissingId", JSON.stringify(element));
      continue;
    }
    const traceId = readElement(element, undefined, sink);
    if (traceId !== undefined) traceIds.add(traceId);
  }
  return traceIds.size > 0 ? [...traceIds].join(",") : undefined;
}

/** The members of a document that are judged. Everything else is judged when it is read (`document.ts`). */
interface RawEntity {
  id?: unknown;
  trace_id?: unknown;
  parent_id?: unknown;
  name?: unknown;
  start_time?: unknown;
  end_time?: unknown;
  in_progress?: unknown;
  type?: unknown;
  subsegments?: unknown;
}

function readElement(element: RawEntity, text: string | undefined, sink: SegmentSink): string | undefined {
  const detached = element.type === "subsegment";
  const traceId =
    typeof element.trace_id === "string" && isTraceId(element.trace_id) ? toLowerCase(element.trace_id) : undefined;
  const own = problemOfTop(element, traceId, detached);
  const problem = own ?? problemOfEmbedded(element.subsegments);
  if (problem !== undefined) {
    sink.reject(rejection(problem, detached || own === undefined, element.id), text ?? JSON.stringify(element));
    return traceId;
  }
  // Judged above: what is read here has the type it is given.
  const end = element.end_time as number | null | undefined;
  sink.accept({
    traceId: traceId as string,
    segmentId: toLowerCase(element.id as string),
    kind: detached ? "subsegment" : "segment",
    parentId: typeof element.parent_id === "string" ? toLowerCase(element.parent_id) : undefined,
    startTimeSeconds: element.start_time as number,
    endTimeSeconds: end ?? undefined,
    inProgress: end === undefined || end === null,
    document: text ?? JSON.stringify(element),
  });
  return traceId;
}

function problemOfTop(entity: RawEntity, traceId: string | undefined, detached: boolean): SegmentErrorCode | undefined {
  if (isAbsent(entity.id)) return "MissingId";
  if (!isEntityId(entity.id)) return "InvalidId";
  if (isAbsent(entity.trace_id)) return "MissingTraceId";
  if (traceId === undefined) return "InvalidTraceId";
  if (isAbsent(entity.parent_id)) {
    if (detached) return "MissingParentId";
  } else if (!isEntityId(entity.parent_id)) return "InvalidParentId";
  return problemOfNameAndTimes(entity);
}

/** Walks embedded subsegments depth first; the document's depth is bounded, and with it this recursion. */
function problemOfEmbedded(subsegments: unknown): SegmentErrorCode | undefined {
  if (!Array.isArray(subsegments)) return undefined;
  for (let index = 0; index < subsegments.length; index++) {
    const subsegment: unknown = subsegments[index];
    if (!isObject(subsegment)) continue; // not of the schema: left out when the trace is compiled
    const entity: RawEntity = subsegment;
    if (isAbsent(entity.id)) return "MissingId";
    if (!isEntityId(entity.id)) return "InvalidId";
    const problem = problemOfNameAndTimes(entity) ?? problemOfEmbedded(entity.subsegments);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfNameAndTimes(entity: RawEntity): SegmentErrorCode | undefined {
  const { name, start_time: start, end_time: end } = entity;
  if (isAbsent(name)) return "MissingName";
  if (typeof name !== "string" || !isName(name)) return "InvalidName";
  if (isAbsent(start)) return "MissingStartTime";
  if (!isTime(start)) return "InvalidStartTime";
  if (isAbsent(end)) return entity.in_progress === true ? undefined : "MissingEndTime";
  return isTime(end) && end >= start ? undefined : "InvalidEndTime";
}

/** Letters, numbers and spaces of any script, and `_ . : / % & # = + \ - @`; at most 200 characters. */
function isName(name: string): boolean {
  if (name.length === 0) return false;
  if (name.length > nameLengthMax && (name.length > 2 * nameLengthMax || [...name].length > nameLengthMax))
    return false;
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code > 127) return nameForm.test(name); // decided by Unicode's tables, which are slower
    if (!asciiOfNames[code]) return false;
  }
  return true;
}

const nameForm = /^[\p{L}\p{N}\p{Z}\s_.:/%&#=+\\\-@]+$/u;
const asciiOfNames = Array.from({ length: 128 }, (_, code) => nameForm.test(String.fromCharCode(code)));

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < timeSecondsMax;
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bytes are counted only where the length leaves it open: a UTF-16 unit is one to three bytes of UTF-8. */
function isLargerThan(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;
}

/** A level costs two characters, so short documents need no look. */
function isDeeperThanMax(text: string): boolean {
  if (text.length < 2 * documentDepthMax) return false;
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === backslash) index++;
      else if (code === quote) quoted = false;
    } else if (code === quote) quoted = true;
    else if (code === openBrace || code === openBracket) {
      if (++depth > documentDepthMax) return true;
    } else if (code === closeBrace || code === closeBracket) depth--;
  }
  return false;
}

const quote = 0x22;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function refuse(sink: SegmentSink, errorCode: SegmentErrorCode, document: string): undefined {
  sink.reject(rejection(errorCode, false, undefined), document);
}

function rejection(errorCode: SegmentErrorCode, inSubsegment: boolean, id: unknown): RejectedSegment {
  const message = inSubsegment
    ? `Invalid subsegment. ErrorCode: ${errorCode}, Cause: null`
    : `Invalid segment. ErrorCode: ${errorCode}`;
  return isEntityId(id) ? { id, errorCode, message } : { errorCode, message };
}
