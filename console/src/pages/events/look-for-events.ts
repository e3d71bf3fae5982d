import { CloudTrailClient, type LookupAttribute, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { clientOf } from "../../api/clients.js";
import { type EventSearch, type FoundEvent, searchEvents } from "../../api/search-events.js";
import { session } from "../../api/session.js";

/** All that is recorded, or what AWS calls event history. */
export type EventsSource = "all" | "history";

export interface EventsPage {
  readonly items: readonly FoundEvent[];
  readonly nextToken: string | undefined;
}

export function lookForEvents(
  source: EventsSource,
  search: EventSearch,
  nextToken: string | undefined,
  signal: AbortSignal,
): Promise<EventsPage> {
  return source === "all" ? searchEvents(search, nextToken, signal) : lookUpEvents(search, nextToken, signal);
}

async function lookUpEvents(
  { attributes, start, end }: EventSearch,
  nextToken: string | undefined,
  signal: AbortSignal,
): Promise<EventsPage> {
  const [attribute] = attributes.filter(({ AttributeKey }) => AttributeKey !== "Text");
  const { Events = [], NextToken } = await clientOf(CloudTrailClient).send(
    new LookupEventsCommand({
      ...(attribute && { LookupAttributes: [attribute as LookupAttribute] }),
      StartTime: start,
      EndTime: end,
      NextToken: nextToken,
    }),
    { abortSignal: signal },
  );
  const items = Events.map((event) => ({
    eventId: event.EventId ?? "",
    eventName: event.EventName ?? "",
    timeMs: event.EventTime?.getTime() ?? 0,
    category: "Management",
    accessKeyId: event.AccessKeyId,
    username: event.Username,
    errorCode: undefined,
    readOnly: event.ReadOnly === "true",
    text: event.CloudTrailEvent ?? "",
  }));
  return { items, nextToken: NextToken };
}

/** One event of any category; of event history where the caller may look there alone. Undefined: there is none. */
export async function findEvent(eventId: string, signal: AbortSignal): Promise<FoundEvent | undefined> {
  const attributes = [{ AttributeKey: "EventId", AttributeValue: eventId }];
  const find = async (source: EventsSource) => {
    let nextToken: string | undefined;
    do {
      const page = await lookForEvents(source, { attributes }, nextToken, signal);
      if (page.items[0] !== undefined) return page.items[0];
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return undefined;
  };
  try {
    return await find("all");
  } catch (problem) {
    if ((problem as Error).name !== "AccessDeniedException") throw problem;
    const event = await find("history").catch(() => undefined);
    if (event === undefined) throw problem;
    return event;
  }
}

const searches = new Set(["SearchEvents", "LookupEvents"]);

/** Whether a page of the console made the call, as this session. A page that follows would else fill itself. */
export function isOwnSearch(event: FoundEvent): boolean {
  const { role, person } = session.get();
  return searches.has(event.eventName) && event.accessKeyId === (role ?? person)?.credentials.accessKeyId;
}
