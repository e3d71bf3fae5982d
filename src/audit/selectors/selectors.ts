import type { AdvancedEventSelector, EventSelector } from "@aws-sdk/client-cloudtrail";

/** What a trail selects by: one kind or the other, never both. */
export type TrailSelectors =
  | { readonly kind: "basic"; readonly selectors: readonly EventSelector[] }
  | { readonly kind: "advanced"; readonly selectors: readonly AdvancedEventSelector[] };

/** What GetEventSelectors answers for a new trail. */
export const defaultSelectors: TrailSelectors = {
  kind: "basic",
  selectors: [
    { ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
  ],
};

/** What selectors look at: the columns of a stored event and its record. An `EventRow` is one. */
export interface SelectableEvent {
  readonly category: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  /** The CloudTrail record, JSON. */
  readonly record: string;
}

export const operators = ["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"] as const;
export type Operator = (typeof operators)[number];
