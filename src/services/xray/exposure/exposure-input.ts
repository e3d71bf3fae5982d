import type { CallerChoice, ReadingTime } from "../../../storage/exposure-store.js";
import type { Filter, Value } from "../../../tracing/filter/filter.js";
import { toTraceId } from "../../../tracing/trace-id.js";
import type { Call } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import { invalidNextToken, invalidRequest } from "../errors.js";

/** Members that all questions have; of any type until they are read. */
export interface PageInput {
  /** Epoch seconds; absent: all that is kept. */
  readonly StartTime?: unknown;
  readonly EndTime?: unknown;
  readonly MaxResults?: unknown;
  readonly NextToken?: unknown;
}

const pageDefault = 100;
const pageMax = 1000;
const callerCharsMax = 2048;
/** Of an annotation, as a segment may have them. */
const annotationCharsMax = 1000;

/** What part of an answer is asked for. `request` is what a token belongs to. */
export interface Page {
  readonly time: ReadingTime;
  readonly limit: number;
  /** Where the page before ended; empty for the first one. */
  readonly after: readonly string[];
  tokenAfter(...position: string[]): string;
}

/** @throws ServiceError InvalidRequestException for what is no page of this question. */
export function pageOf(input: PageInput, call: Call, question: readonly unknown[]): Page {
  const fromMs = timeOf("StartTime", input.StartTime) ?? 0;
  const endMs = timeOf("EndTime", input.EndTime);
  if (endMs !== undefined && fromMs >= endMs) throw invalidRequest("StartTime must be before EndTime");
  const limit = input.MaxResults ?? pageDefault;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1 || limit > pageMax)
    throw invalidRequest(`MaxResults must be a whole number from 1 to ${pageMax}`);
  const request = [call.accountId, call.region, ...question, fromMs, endMs ?? null];
  // What happens while somebody turns pages is on none of them.
  const [until, ...after] = input.NextToken === undefined ? [] : positionOf(input.NextToken, request);
  const untilMs = until === undefined ? (endMs ?? call.nowMs + 1) : timeInToken(until);
  return {
    time: { fromMs, untilMs },
    limit,
    after,
    tokenAfter: (...position) => encodePageToken([String(untilMs), ...position], request),
  };
}

function positionOf(token: unknown, request: unknown): string[] {
  const position = typeof token === "string" ? decodePageToken(token, request) : undefined;
  // A forged one may hold what no store of texts takes.
  if (position?.some((part) => part.includes("\0")) !== false) throw invalidNextToken();
  return position!;
}

/** @returns milliseconds since the epoch. */
export function timeInToken(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalidNextToken();
  return Number(text);
}

function timeOf(member: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= 0 && value <= 1e11))
    throw invalidRequest(`${member} must be a number of seconds since the epoch`);
  return Math.floor(value * 1000);
}

export function traceIdOf(value: unknown): string {
  const traceId = typeof value === "string" ? toTraceId(value) : undefined;
  if (traceId === undefined) throw invalidRequest("TraceId must be the id of a trace");
  return traceId;
}

/** A user, root or session by its ARN; by the ARN of a role, all of its sessions. */
export function callerOf(value: unknown): CallerChoice {
  if (typeof value === "string" && value.length <= callerCharsMax) {
    const [, accountId, roleName] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(value) ?? [];
    if (roleName !== undefined) return { arnPrefix: `arn:aws:sts::${accountId}:assumed-role/${roleName}/` };
    if (/^arn:aws:(iam|sts)::\d{12}:[^\0]+$/.test(value)) return { arn: value };
  }
  throw invalidRequest("Caller must be the ARN of a user, of root, of a role or of a session of a role");
}

/**
 * The traces that have an annotation. A text also finds the number or the boolean that is written so: who asks for a
 * customer's id may not know how it is stored.
 */
export function annotationFilter(key: unknown, value: unknown): Filter {
  if (typeof key !== "string" || key === "" || key.length > annotationCharsMax || key.includes("\0"))
    throw invalidRequest(`Key must be a text of 1 to ${annotationCharsMax} characters`);
  const isTextual = typeof value === "string" && value.length <= annotationCharsMax && !value.includes("\0");
  if (!isTextual && typeof value !== "boolean" && !(typeof value === "number" && Number.isFinite(value)))
    throw invalidRequest(`Value must be a number, a boolean, or a text of at most ${annotationCharsMax} characters`);
  const terms = [...meanings(value)].map(
    (meant): Filter => ({ kind: "annotation", key, comparison: "=", value: meant }),
  );
  return terms.length === 1 ? terms[0]! : { kind: "or", terms };
}

function* meanings(value: Value): Generator<Value> {
  yield value;
  if (typeof value !== "string") return;
  if (value === "true" || value === "false") yield value === "true";
  if (/^-?\d+(\.\d+)?$/.test(value)) yield Number(value);
}
