import type { Scope } from "./scope.js";

/** What a caller sees of a trace: its documents, its summary, or a graph made of it. */
export type TraceReadKind = "document" | "summary" | "graph";

/** Which traces a call gave its caller or, where the event has an error, which it named. */
export interface TraceRead {
  readonly kind: TraceReadKind;
  readonly callerArn: string;
  readonly principalId: string;
  /** What the call asked for: JSON. */
  readonly selector: string;
  /** Each once, sorted. */
  readonly traceIds: readonly string[];
}

/** One audit event, as stored. `record` is what is delivered; the other columns are for finding it. */
export interface EventRow {
  /** UUID, minted once; the same event written twice is one event. */
  readonly eventId: string;
  /** The account and region it belongs to (`recipientAccountId`, `awsRegion`). */
  readonly accountId: string;
  readonly region: string;
  /** When the call was completed, milliseconds since the epoch. `record.eventTime` has its whole seconds. */
  readonly eventTimeMs: number;
  readonly category: "Management" | "Data" | "Insight" | "NetworkActivity" | "Aggregated";
  /** `xray.amazonaws.com` */
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  /** As LookupEvents compares it; empty if unknown. */
  readonly username: string;
  readonly accessKeyId: string;
  readonly errorCode: string;
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  /** The CloudTrail record: one JSON object, compact. */
  readonly record: string;
  /** What was asked of the caller's policies, for `AccessHistory`; not given back with the event. */
  readonly access?: string;
  /** Of a read of traces: for the `ExposureStore`. Not given back by this one. */
  readonly traceRead?: TraceRead;
}

/** An event's place in a stream of commits. */
export interface CommittedEvent extends EventRow {
  readonly commit: number;
  /** Place within the commit, from 0. */
  readonly position: number;
}

export type LookupAttribute =
  | { readonly key: "EventId" | "EventName" | "EventSource" | "Username" | "AccessKeyId"; readonly value: string }
  | { readonly key: "ErrorCode" | "SourceIPAddress" | "UserIdentityArn"; readonly value: string }
  /** Anywhere in the record as it is written, character by character. */
  | { readonly key: "Text"; readonly value: string }
  | { readonly key: "ResourceType" | "ResourceName"; readonly value: string }
  | { readonly key: "ReadOnly"; readonly value: boolean };

export interface EventQuery {
  /** Inclusive bounds, milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly categories: readonly EventRow["category"][];
  /** Events that have all of them. */
  readonly attributes?: readonly LookupAttribute[];
  /** Of Insights events: those for the trail or store of this ARN, or if empty those for every trail of the account. */
  readonly addressee?: string;
  readonly after?: EventPosition;
  readonly limit: number;
}

/** Newest first, ties by event id descending. */
export interface EventPosition {
  readonly eventTimeMs: number;
  readonly eventId: string;
}

/**
 * Where the record of calls lives. A process writes one *stream*: its commits are numbered from 1 without gaps, in the
 * order in which they become durable. Every promise below has a test in `event-store.contract.ts`.
 */
export interface EventStore {
  /** Id of the stream this process writes. */
  readonly streamId: string;

  /**
   * Resolves once all events are durable, in one commit of this process's stream; rejects with StoreUnavailable if that
   * is not known, with StoreBusy if the queue is full and nothing was stored. Who cannot know whether events were
   * appended before says so, and each still counts once, where it first was.
   */
  append(events: readonly EventRow[], known?: { readonly mayBeStored: boolean }): Promise<void>;

  /** Of `eventIds`, those already stored with an event time in the bounds. For making repeats harmless. */
  present(eventIds: readonly string[], fromMs: number, untilMs: number): Promise<Set<string>>;

  /** Events of one account and region, newest first. Sees every append acknowledged before the call. */
  lookup(scope: Scope, query: EventQuery): Promise<EventRow[]>;

  /**
   * The highest commit of a stream below which nothing can appear any more: for our own stream the last acknowledged
   * one, for another's the highest stored. 0 if there is none.
   */
  lastCommit(streamId: string): Promise<number>;

  /**
   * Events of a stream with `afterCommit < commit <= untilCommit`, of one account if it is given, in order of commit and
   * position, in batches of bounded size. Calling it again gives the same batches in the same order.
   */
  readCommits(
    streamId: string,
    range: { readonly afterCommit: number; readonly untilCommit: number; readonly accountId?: string },
  ): AsyncIterable<readonly CommittedEvent[]>;
}
