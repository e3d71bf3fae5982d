import type { Scope } from "./scope.js";

/** One log event of CloudWatch Logs. */
export interface LogEventRow {
  readonly logStreamName: string;
  /** As given by the writer, milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly ingestionTimeMs: number;
  /** Unique within its log group and sortable: ties of timestamp are broken by it. */
  readonly eventId: string;
  readonly message: string;
}

export interface LogEventQuery {
  /** All streams of the group where absent. */
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  /** `fromMs` inclusive, `untilMs` exclusive. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly order: "oldest-first" | "newest-first";
  readonly after?: LogEventPosition;
  readonly limit: number;
  /**
   * Ends the answer before the event with which its messages would be longer than this many UTF-8 bytes together; the
   * first event is given in any case. Messages may be 1 MB each, so a count alone bounds nothing.
   */
  readonly bytesMax?: number;
}

export interface LogEventPosition {
  readonly timestampMs: number;
  readonly eventId: string;
}

/** What a log stream holds. A stream without events has none. */
export interface LogStreamStatistics {
  readonly logStreamName: string;
  readonly firstTimestampMs: number;
  readonly lastTimestampMs: number;
  readonly lastIngestionTimeMs: number;
}

/** Where log events live. Groups and streams themselves are settings; a group's id changes when it is made anew. */
export interface LogEventStore {
  /** Resolves once durable. The same (group, eventId) again is one event. Rejects as TraceStore.putSegments does. */
  putLogEvents(scope: Scope, logGroupId: string, events: readonly LogEventRow[]): Promise<void>;

  /** Ordered by timestamp, then event id. Sees every put acknowledged before the call. */
  readLogEvents(scope: Scope, logGroupId: string, query: LogEventQuery): Promise<LogEventRow[]>;

  /**
   * One entry for each stream of the group that holds an event, among `logStreamNames` where given, in no particular
   * order. Sees every put acknowledged before the call.
   */
  readLogStreamStatistics(
    scope: Scope,
    logGroupId: string,
    logStreamNames?: readonly string[],
  ): Promise<LogStreamStatistics[]>;

  /** UTF-8 bytes of the messages stored, plus 26 an event, by group id; groups without events may be absent. */
  readLogGroupBytes(scope: Scope, logGroupIds: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /** Deletes events older than the bound (retention), or, without one, all (the group or the stream was deleted). */
  deleteLogEvents(
    scope: Scope,
    logGroupId: string,
    which: { readonly logStreamName?: string; readonly beforeMs?: number },
  ): Promise<void>;
}
