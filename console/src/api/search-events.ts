import { callExtension } from "./extension.js";

/** An event as SearchEvents and LookupEvents tell it, in one shape. */
export interface FoundEvent {
  readonly eventId: string;
  readonly eventName: string;
  readonly timeMs: number;
  readonly category: string;
  readonly accessKeyId: string | undefined;
  readonly username: string | undefined;
  readonly errorCode: string | undefined;
  readonly readOnly: boolean;
  /** The CloudTrail record, to the byte. */
  readonly text: string;
}

export interface SearchAttribute {
  readonly AttributeKey: string;
  readonly AttributeValue: string;
}

export interface EventSearch {
  readonly attributes: readonly SearchAttribute[];
  readonly start?: Date | undefined;
  readonly end?: Date | undefined;
  readonly limit?: number;
}

interface Answer {
  readonly Events: readonly {
    readonly EventId: string;
    readonly EventName: string;
    readonly EventTime: number;
    readonly EventCategory: string;
    readonly AccessKeyId?: string;
    readonly Username?: string;
    readonly ErrorCode?: string;
    readonly ReadOnly?: string;
    readonly CloudTrailEvent: string;
  }[];
  readonly NextToken?: string;
}

/** Looks through all that is recorded: management, data and Insights events. A page may be empty though more follows. */
export async function searchEvents(
  { attributes, start, end, limit }: EventSearch,
  nextToken: string | undefined,
  signal: AbortSignal,
): Promise<{ items: readonly FoundEvent[]; nextToken: string | undefined }> {
  const answer = await callExtension<Answer>(
    "cloudtrail",
    "SearchEvents",
    {
      ...(attributes.length > 0 && { SearchAttributes: attributes }),
      ...(start && { StartTime: Math.floor(start.getTime() / 1000) }),
      ...(end && { EndTime: Math.floor(end.getTime() / 1000) }),
      ...(limit !== undefined && { MaxResults: limit }),
      ...(nextToken !== undefined && { NextToken: nextToken }),
    },
    { signal },
  );
  const items = answer.Events.map((event) => ({
    eventId: event.EventId,
    eventName: event.EventName,
    timeMs: event.EventTime * 1000,
    category: event.EventCategory,
    accessKeyId: event.AccessKeyId,
    username: event.Username,
    errorCode: event.ErrorCode,
    readOnly: event.ReadOnly === "true",
    text: event.CloudTrailEvent,
  }));
  return { items, nextToken: answer.NextToken };
}
