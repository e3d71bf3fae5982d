import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { FoundEvent, SearchAttribute } from "../../api/search-events.js";
import { readRecord } from "../../parts/event-record.js";
import { texts } from "../../texts/events.js";

/** What SearchEvents compares, as the filter offers it. A free text is its `Text`. */
export const attributeKeys = Object.keys(texts.filter.attributes) as (keyof typeof texts.filter.attributes)[];
/** What LookupEvents compares. */
const historyKeys = new Set([
  "EventName",
  "EventSource",
  "Username",
  "AccessKeyId",
  "ReadOnly",
  "ResourceType",
  "ResourceName",
  "EventId",
]);
const attributesMax = 10;

/** `EventName` stands in addresses as `eventName`. */
const parameterOf = (key: string): string => key.charAt(0).toLowerCase() + key.slice(1);

/** Filters as the address has them: `?eventName=BatchGetTraces&username=ann&text=…`. What cannot be one is left out. */
export function readAttributes(parameters: URLSearchParams): readonly SearchAttribute[] {
  return [...attributeKeys, "Text"]
    .flatMap((AttributeKey) =>
      parameters.getAll(parameterOf(AttributeKey)).map((AttributeValue) => ({ AttributeKey, AttributeValue })),
    )
    .filter(({ AttributeValue }) => AttributeValue !== "")
    .slice(0, attributesMax);
}

export function writeAttributes(
  attributes: readonly SearchAttribute[],
  parameters: URLSearchParams = new URLSearchParams(),
): URLSearchParams {
  const written = new URLSearchParams(parameters);
  for (const key of [...attributeKeys, "Text"]) written.delete(parameterOf(key));
  for (const { AttributeKey, AttributeValue } of attributes) written.append(parameterOf(AttributeKey), AttributeValue);
  return written;
}

/** A page of the calls that have these attributes. */
export function eventsAddress(attributes: readonly SearchAttribute[], period?: string): string {
  const parameters = writeAttributes(attributes);
  if (period !== undefined) parameters.set("period", period);
  return `/events?${parameters}`;
}

export function queryOf(attributes: readonly SearchAttribute[]): PropertyFilterProps.Query {
  return {
    operation: "and",
    tokens: attributes.map(({ AttributeKey, AttributeValue: value }) =>
      AttributeKey === "Text" ? { operator: ":", value } : { propertyKey: AttributeKey, operator: "=", value },
    ),
  };
}

export function attributesOf({ tokens }: PropertyFilterProps.Query): readonly SearchAttribute[] {
  return tokens
    .map(({ propertyKey, value }) => ({
      AttributeKey: propertyKey ?? "Text",
      AttributeValue: String(value ?? "").trim(),
    }))
    .filter(({ AttributeValue }) => AttributeValue !== "")
    .slice(0, attributesMax);
}

export function filteringProperties(source: "all" | "history"): PropertyFilterProps.FilteringProperty[] {
  return attributeKeys
    .filter((key) => source === "all" || historyKeys.has(key))
    .map((key) => ({
      key,
      operators: ["="],
      propertyLabel: texts.filter.attributes[key],
      groupValuesLabel: texts.filter.values(texts.filter.attributes[key]),
    }));
}

const optionsMax = 200;

/** Values to choose from: those of the calls that were found. */
export function filteringOptions(events: readonly FoundEvent[]): PropertyFilterProps.FilteringOption[] {
  const seen = new Map<string, PropertyFilterProps.FilteringOption>();
  const add = (propertyKey: string, value: unknown) => {
    if (typeof value === "string" && value !== "" && seen.size < optionsMax)
      seen.set(`${propertyKey} ${value}`, { propertyKey, value });
  };
  for (const value of ["true", "false"]) add("ReadOnly", value);
  for (const value of ["Management", "Data", "Insight"]) add("EventCategory", value);
  for (const event of events.slice(0, 500)) {
    const record = readRecord(event.text);
    add("EventName", event.eventName);
    add("EventSource", record.eventSource);
    add("Username", event.username);
    add("UserIdentityArn", record.userIdentity?.arn);
    add("SourceIPAddress", record.sourceIPAddress);
    add("ErrorCode", record.errorCode);
  }
  return [...seen.values()];
}
