/** What an application says happened, checked; the rest of it is as it was sent. */
export interface EventData {
  readonly eventTime: string;
  readonly eventTimeMs: number;
  /** Compact JSON, in which no member stands twice. */
  readonly json: string;
}

/** Why one event is not taken. AWS's word, and ours; never a part of what was sent, since it is recorded. */
export class EventRefused extends Error {
  override readonly name = "EventRefused";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The largest record that CloudTrail keeps. */
const eventBytesMax = 256 * 1024;
/** Deeper than any real event, and far from the end of the stack. */
const depthMax = 100;

/** Characters of texts. Source: CloudTrail User Guide, "CloudTrail Lake integrations event schema". */
const requiredTexts = { version: 256, eventSource: 1024, eventName: 1024, UID: 1024 } as const;
const optionalTexts = { userAgent: 1024, errorCode: 256, errorMessage: 256, sourceIPAddress: eventBytesMax } as const;
const identityTexts = { type: 128, principalId: 1024 } as const;
/** Bytes of their JSON. */
const objects = {
  requestParameters: 100 * 1024,
  responseElements: 100 * 1024,
  additionalEventData: 28 * 1024,
} as const;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the `eventData` of one event.
 *
 * @param owner account of the channel: only its own events come through it.
 * @throws EventRefused
 */
export function readEventData(text: string, owner: string): EventData {
  if (Buffer.byteLength(text) > eventBytesMax)
    throw new EventRefused("FieldTooLong", `eventData is larger than ${eventBytesMax / 1024} KB.`);
  const data = parse(text);
  for (const [name, charsMax] of Object.entries(requiredTexts)) requiredText(data, name, charsMax);
  for (const [name, charsMax] of Object.entries(optionalTexts)) optionalText(data, name, charsMax);
  const identity = objectAt(data, "userIdentity");
  if (identity === undefined) throw missing("userIdentity");
  for (const [name, charsMax] of Object.entries(identityTexts))
    requiredText(identity, name, charsMax, `userIdentity.${name}`);
  objectAt(identity, "details", "userIdentity.details");
  for (const [name, bytesMax] of Object.entries(objects)) {
    const value = objectAt(data, name);
    if (value !== undefined && Buffer.byteLength(JSON.stringify(value)) > bytesMax)
      throw new EventRefused("FieldTooLong", `${name} is larger than ${bytesMax / 1024} KB.`);
  }
  checkSource(data["eventSource"] as string);
  const recipient = requiredText(data, "recipientAccountId", 1024);
  if (recipient !== owner)
    throw new EventRefused("InvalidRecipient", "recipientAccountId is not the account that owns the channel.");
  const eventTime = requiredText(data, "eventTime", 64);
  return { eventTime, eventTimeMs: timeOf(eventTime), json: JSON.stringify(data) };
}

function parse(text: string): Members {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new EventRefused("InvalidData", "eventData is not valid JSON.");
  }
  if (!isObject(data)) throw new EventRefused("InvalidData", "eventData is not a JSON object.");
  if (isDeeper(data, depthMax))
    throw new EventRefused("InvalidData", `eventData is nested deeper than ${depthMax} levels.`);
  return data;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function missing(path: string): EventRefused {
  return new EventRefused("FieldNotFound", `${path} is missing.`);
}

function requiredText(data: Members, name: string, charsMax: number, path = name): string {
  const text = optionalText(data, name, charsMax, path);
  if (text === undefined) throw missing(path);
  return text;
}

function optionalText(data: Members, name: string, charsMax: number, path = name): string | undefined {
  const text = Object.hasOwn(data, name) ? data[name] : undefined;
  if (text === undefined || text === null) return undefined;
  if (typeof text !== "string") throw new EventRefused("InvalidData", `${path} is not a string.`);
  if (text.length > charsMax && [...text].length > charsMax)
    throw new EventRefused("FieldTooLong", `${path} is longer than ${charsMax} characters.`);
  return text;
}

function objectAt(data: Members, name: string, path = name): Members | undefined {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new EventRefused("InvalidData", `${path} is not an object.`);
  return value;
}

/** Events of AWS's services come from AWS alone. */
function checkSource(source: string): void {
  if (/(^|\.)amazonaws\.com(\.cn)?$/i.test(source))
    throw new EventRefused("InvalidEventSource", "eventSource is a service of AWS; this channel is for other sources.");
}

/** `2026-08-01T12:00:00Z`, as the schema has it: no fraction, no other zone. */
function timeOf(text: string): number {
  const timeMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) ? Date.parse(text) : Number.NaN;
  // A day that no month has is moved into the next one by some readers.
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString().slice(0, 19) !== text.slice(0, 19))
    throw new EventRefused("InvalidData", "eventTime is not a time of the form yyyy-MM-DDTHH:mm:ssZ.");
  return timeMs;
}
