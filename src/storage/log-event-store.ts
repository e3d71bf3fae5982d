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
}

export interface LogEventPosition {
  readonly timestampMs: number;
  readonly eventId: string;
}

/** Where log events live. Groups and streams themselves are settings; a group's id changes when it is made anew. */
export interface LogEventStore {
  /** Resolves once durable. The same (group, eventId) again is one event. Rejects as TraceStore.putSegments does. */
  putLogEvents(scope: Scope, logGroupId: string, events: readonly LogEventRow[]): Promise<void>;

  /** Ordered by timestamp, then event id. Sees every put acknowledged before the call. */
  readLogEvents(scope: Scope, logGroupId: string, query: LogEventQuery): Promise<LogEventRow[]>;

  /** Deletes events older than the bound (retention), or, without one, all (the group or the stream was deleted). */
  deleteLogEvents(
    scope: Scope,
    logGroupId: string,
    which: { readonly logStreamName?: string; readonly beforeMs?: number },
  ): Promise<void>;
}
