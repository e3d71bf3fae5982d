/** The parts of a CloudTrail record that pages tell. What a record holds was written by callers: of any type, of any text. */
export interface EventRecord {
  readonly userIdentity?: {
    readonly type?: string;
    readonly arn?: string;
    readonly userName?: string;
    readonly principalId?: string;
    readonly invokedBy?: string;
    readonly identityProvider?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly userName?: string } };
  };
  readonly eventTime?: string;
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly awsRegion?: string;
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters?: unknown;
  readonly responseElements?: unknown;
  readonly additionalEventData?: unknown;
  readonly requestID?: string;
  readonly eventID?: string;
  readonly readOnly?: boolean;
  readonly resources?: readonly { readonly type?: string; readonly ARN?: string }[];
  readonly eventType?: string;
  readonly eventCategory?: string;
  readonly recipientAccountId?: string;
  readonly insightDetails?: unknown;
}

/** @returns an empty record for what is not JSON of one. */
export function readRecord(text: string): EventRecord {
  try {
    const record: unknown = JSON.parse(text);
    return typeof record === "object" && record !== null ? (record as EventRecord) : {};
  } catch {
    return {};
  }
}

/** A member of something that may not be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A member that is a text; undefined if it is anything else. */
export function textOf(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === "string" && member !== "" ? member : undefined;
}

/** A member's texts, where it is a list. */
export function textsOf(value: unknown, name: string): readonly string[] {
  const member = memberOf(value, name);
  return Array.isArray(member) ? member.filter((each) => typeof each === "string") : [];
}

const tracePattern = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;

/** Traces that a record names: those its answer gave, else those asked for or sent. */
export function tracesIn(record: EventRecord): readonly string[] {
  const { requestParameters, additionalEventData } = record;
  const given = textsOf(additionalEventData, "traceIds");
  const one = textOf(requestParameters, "traceId");
  const named = [
    ...textsOf(requestParameters, "traceIds"),
    ...(one === undefined ? [] : [one]),
    ...textsOf(requestParameters, "traceSegmentDocuments").map((document) => document.replace(/^trace_id:/, "")),
  ];
  return [...new Set(given.length > 0 ? given : named)].filter((id) => tracePattern.test(id));
}
