import type {
  Event,
  LookupAttribute as InputAttribute,
  LookupEventsCommandInput,
  LookupEventsResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { EventPosition, EventRow, LookupAttribute } from "../../../storage/event-store.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";

/** Source: CloudTrail API Reference, LookupEvents. */
const historyMs = 90 * 24 * 60 * 60_000;
const pageMax = 50;
const attributeCharsMax = 2000;
const attributeKeys = [
  "EventId",
  "EventName",
  "ReadOnly",
  "Username",
  "ResourceType",
  "ResourceName",
  "EventSource",
  "AccessKeyId",
] as const;
/** An Insights event was nobody's call. */
const insightAttributes: ReadonlySet<string> = new Set(["EventId", "EventName", "EventSource"]);

/**
 * Event history: the account's management events of this region in the last 90 days, newest first, whether or not any
 * trail exists. Insights events only where they are asked for. Bounds are inclusive, to the second.
 */
export const lookupEvents = (deps: CloudTrailDeps) =>
  operation<LookupEventsCommandInput, LookupEventsResponse>({
    name: "LookupEvents",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:LookupEvents", resource: "*" }],

    async execute(input, call) {
      const category = categoryOf(input.EventCategory);
      const attribute = attributeOf(input.LookupAttributes ?? []);
      if (category === "Insight" && attribute !== undefined && !insightAttributes.has(attribute.key))
        throw cloudTrailError("InvalidLookupAttributes", `Insights events cannot be looked up by ${attribute.key}.`);
      const limit = pageSize(input.MaxResults);
      const startMs = input.StartTime?.getTime();
      const endMs = input.EndTime?.getTime();
      if (startMs !== undefined && endMs !== undefined && startMs > endMs)
        throw cloudTrailError("InvalidTimeRange", "The start time must not be after the end time.");

      const request = [call.accountId, call.region, category, attribute, startMs, endMs];
      const after = positionOf(input.NextToken, request);
      const found = await deps.events.lookup(
        { accountId: call.accountId, region: call.region },
        {
          fromMs: Math.max(startMs ?? 0, call.nowMs - historyMs),
          // Event times are told in whole seconds: a bound takes the whole second it names.
          untilMs: endMs === undefined ? call.nowMs : Math.floor(endMs / 1000) * 1000 + 999,
          categories: [category],
          // Insights of data events are for one trail, and told by ListInsightsData.
          ...(category === "Insight" && { addressee: "" }),
          ...(attribute && { attributes: [attribute] }),
          ...(after && { after }),
          limit: limit + 1,
        },
      );
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        Events: page.map(eventView),
        ...(last &&
          found.length > limit && { NextToken: encodePageToken([String(last.eventTimeMs), last.eventId], request) }),
      };
    },
  });

export function eventView(row: EventRow): Event {
  return {
    EventId: row.eventId,
    EventName: row.eventName,
    ...(row.category !== "Insight" && { ReadOnly: String(row.readOnly) }),
    ...(row.accessKeyId !== "" && { AccessKeyId: row.accessKeyId }),
    EventTime: new Date(Math.floor(row.eventTimeMs / 1000) * 1000),
    EventSource: row.eventSource,
    ...(row.username !== "" && { Username: row.username }),
    Resources: (row.category === "Insight" ? [] : row.resources).map(({ type, name }) => ({
      ResourceType: type,
      ...(name !== "" && { ResourceName: name }),
    })),
    CloudTrailEvent: row.record,
  };
}

function categoryOf(category: string | undefined): "Management" | "Insight" {
  if (category === undefined) return "Management";
  if (category === "insight") return "Insight";
  throw cloudTrailError("InvalidEventCategory", `The event category is not valid: ${category.slice(0, 100)}`);
}

function attributeOf(attributes: readonly InputAttribute[]): LookupAttribute | undefined {
  const refuse = (message: string) => cloudTrailError("InvalidLookupAttributes", message);
  if (attributes.length > 1) throw refuse("At most one lookup attribute can be given.");
  const [attribute] = attributes;
  if (attribute === undefined) return undefined;
  new Constraints().oneOf("lookupAttributes.1.member.attributeKey", attribute.AttributeKey, attributeKeys).check();
  const value = attribute.AttributeValue ?? "";
  // AWS counts these characters twice.
  const length = value.length + (value.match(/[_ ,\n]/g)?.length ?? 0);
  if (length < 1 || length > attributeCharsMax)
    throw refuse(`The value of a lookup attribute must have 1 to ${attributeCharsMax} characters.`);
  const key = attribute.AttributeKey as (typeof attributeKeys)[number];
  if (key !== "ReadOnly") return { key, value };
  if (value !== "true" && value !== "false") throw refuse("The value of ReadOnly must be true or false.");
  return { key, value: value === "true" };
}

function pageSize(maxResults: number | undefined): number {
  if (maxResults === undefined) return pageMax;
  if (maxResults < 1 || maxResults > pageMax)
    throw cloudTrailError("InvalidMaxResults", `MaxResults must be from 1 to ${pageMax}.`);
  return maxResults;
}

/** @throws InvalidNextToken also for a token of other parameters. */
export function positionOf(token: string | undefined, request: unknown): EventPosition | undefined {
  if (token === undefined) return undefined;
  const [time, eventId] = decodePageToken(token, request) ?? [];
  const eventTimeMs = Number(time);
  if (eventId === undefined || !Number.isSafeInteger(eventTimeMs))
    throw cloudTrailError("InvalidNextToken", "The next token is not valid, or was made for other parameters.");
  return { eventTimeMs, eventId };
}
