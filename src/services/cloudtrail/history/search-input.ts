import type { EventRow, LookupAttribute } from "../../../storage/event-store.js";
import { cloudTrailError } from "../errors.js";

/** As it came: JSON of any shape. */
export interface SearchInput {
  readonly SearchAttributes?: unknown;
  readonly StartTime?: unknown;
  readonly EndTime?: unknown;
  readonly MaxResults?: unknown;
  readonly NextToken?: unknown;
}

export interface Search {
  readonly categories: readonly EventRow["category"][];
  readonly attributes: readonly LookupAttribute[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whether `untilMs` was asked for: a search until now goes on being that search a moment later. */
  readonly untilGiven: boolean;
  readonly limit: number;
  readonly nextToken: string | undefined;
}

const attributesMax = 10;
const valueCharsMax = 2000;
const pageMax = 50;
const searchableCategories = ["Management", "Data", "Insight"] as const;
const textKeys: readonly string[] = [
  "EventId",
  "EventName",
  "EventSource",
  "Username",
  "AccessKeyId",
  "ResourceType",
  "ResourceName",
  "ErrorCode",
  "SourceIPAddress",
  "UserIdentityArn",
  "Text",
];
const otherKeys = ["ReadOnly", "EventCategory", "TraceId"];
const traceIdPattern = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;

/** @throws InvalidParameter, InvalidLookupAttributes, InvalidEventCategory, InvalidMaxResults, InvalidTimeRange */
export function readSearch(input: SearchInput, nowMs: number): Search {
  const given = input.SearchAttributes ?? [];
  if (!Array.isArray(given) || given.length > attributesMax)
    throw invalid(`SearchAttributes must be a list of at most ${attributesMax}.`);
  const pairs = given.map(readPair);
  const categories = pairs.filter(({ key }) => key === "EventCategory").map(({ value }) => categoryOf(value));
  if (categories.length > 1) throw invalid("EventCategory can be given once.");
  const fromMs = timeOf("StartTime", input.StartTime) ?? 0;
  const endMs = timeOf("EndTime", input.EndTime);
  // Event times are told in whole seconds: a bound takes the whole second it names.
  const untilMs = endMs === undefined ? nowMs : Math.floor(endMs / 1000) * 1000 + 999;
  if (fromMs > untilMs) throw cloudTrailError("InvalidTimeRange", "The start time must not be after the end time.");
  return {
    categories: categories.length === 0 ? searchableCategories : categories,
    attributes: pairs.filter(({ key }) => key !== "EventCategory").map(attributeOf),
    fromMs,
    untilMs,
    untilGiven: endMs !== undefined,
    limit: limitOf(input.MaxResults),
    nextToken: tokenOf(input.NextToken),
  };
}

/** What was looked for, for the record: of whatever shape it came. */
export function recordedRequest({ SearchAttributes: given, StartTime, EndTime, MaxResults, NextToken }: SearchInput) {
  const searchAttributes = Array.isArray(given)
    ? given.map((each) => {
        const { AttributeKey, AttributeValue } = Object(each) as Record<string, unknown>;
        return { attributeKey: AttributeKey, attributeValue: AttributeValue };
      })
    : given;
  return { searchAttributes, startTime: StartTime, endTime: EndTime, maxResults: MaxResults, nextToken: NextToken };
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

function readPair(given: unknown): Pair {
  const { AttributeKey: key, AttributeValue: value } = Object(given) as Record<string, unknown>;
  if (typeof key !== "string" || (!textKeys.includes(key) && !otherKeys.includes(key)))
    throw invalid(`AttributeKey must be one of ${[...textKeys, ...otherKeys].join(", ")}.`);
  if (typeof value !== "string" || value.length < 1 || value.length > valueCharsMax)
    throw invalid(`The value of ${key} must be a text of 1 to ${valueCharsMax} characters.`);
  return { key, value };
}

function attributeOf({ key, value }: Pair): LookupAttribute {
  if (key === "ReadOnly") {
    if (value !== "true" && value !== "false") throw invalid("The value of ReadOnly must be true or false.");
    return { key, value: value === "true" };
  }
  if (key !== "TraceId") return { key: key as Exclude<LookupAttribute["key"], "ReadOnly">, value };
  if (!traceIdPattern.test(value)) throw invalid(`Not a trace id: ${value.slice(0, 100)}`);
  // Where a record names a trace depends on the call.
  return { key: "Text", value };
}

function categoryOf(value: string): (typeof searchableCategories)[number] {
  const category = searchableCategories.find((each) => each === value);
  if (category === undefined)
    throw cloudTrailError("InvalidEventCategory", `EventCategory must be one of ${searchableCategories.join(", ")}.`);
  return category;
}

function limitOf(value: unknown): number {
  if (value === undefined || value === null) return pageMax;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > pageMax)
    throw cloudTrailError("InvalidMaxResults", `MaxResults must be from 1 to ${pageMax}.`);
  return value;
}

function tokenOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw cloudTrailError("InvalidNextToken", "The next token is not valid.");
  return value;
}

/** Epoch seconds. */
function timeOf(member: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= 0 && value < 1e11))
    throw cloudTrailError("InvalidParameter", `${member} must be a number of seconds since the epoch.`);
  return Math.floor(value * 1000);
}

function invalid(message: string) {
  return cloudTrailError("InvalidLookupAttributes", message);
}
