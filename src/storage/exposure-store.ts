import type { Filter } from "../tracing/filter/filter.js";
import type { TraceReadKind } from "./event-store.js";
import type { Scope } from "./scope.js";

/** Reads of traces that were recorded in a range of time, milliseconds: from inclusive, until exclusive. */
export interface ReadingTime {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Exactly one caller, or all sessions of a role: ARNs that begin so. */
export type CallerChoice = { readonly arn: string } | { readonly arnPrefix: string };

/** One call that read a trace, or named it and was refused. */
export interface TraceAccess {
  readonly timeMs: number;
  readonly eventId: string;
  readonly callerArn: string;
  readonly principalId: string;
  readonly operation: string;
  readonly kind: TraceReadKind;
  /** Empty: the trace was read. */
  readonly errorCode: string;
  /** What the call asked for: JSON, as its record has it. */
  readonly selector: string;
}

/** Newest first, ties by event id descending. */
export type AccessPosition = Pick<TraceAccess, "timeMs" | "eventId">;

/** How often something was read; the times are those of reads, and absent where there is none. */
export interface ReadSum {
  readonly readCount: number;
  readonly refusalCount: number;
  readonly firstReadMs?: number;
  readonly lastReadMs?: number;
}

export interface TraceSum extends ReadSum {
  readonly traceId: string;
  readonly kinds: readonly TraceReadKind[];
}

/** What one caller saw of some traces; a read of two of them counts twice. */
export interface ReaderSum extends ReadSum {
  readonly callerArn: string;
  /** More than one where a name was given again to somebody else. */
  readonly principalIds: readonly string[];
  readonly kinds: readonly TraceReadKind[];
  /** Distinct traces read. */
  readonly traceCount: number;
}

/** Of all reads of some traces. */
export interface ReadingTotals extends ReadSum {
  /** Distinct traces read. */
  readonly traceCount: number;
  /** Distinct callers who read one. */
  readonly readerCount: number;
}

/** Of all that one caller did. */
export interface CallerTotals {
  /** Distinct traces read. */
  readonly traceCount: number;
  /** Calls that gave at least one trace. */
  readonly callCount: number;
  readonly firstReadMs?: number;
  readonly lastReadMs?: number;
  readonly refusedCallCount: number;
}

/** One trace, or all whose index meets a filter now. */
export type TraceChoice = { readonly traceId: string } | { readonly filter: Filter };

/**
 * Who has seen which trace. Made of what is appended to the `EventStore` with an event, in the same step: whatever was
 * appended before a question is in its answer. Every promise has a test in `exposure-store.contract.ts`.
 */
export interface ExposureStore {
  /** Everything since is complete; what was recorded before may be missing. Milliseconds. */
  completeSinceMs(): Promise<number>;

  /** Traces received before may not be found by a filter any more. Milliseconds. */
  tracesSinceMs(): Promise<number>;

  totals(scope: Scope, traces: TraceChoice, time: ReadingTime): Promise<ReadingTotals>;

  /** The calls that read one trace or were refused it, newest first; of one caller, if it is given. */
  accesses(
    scope: Scope,
    traceId: string,
    time: ReadingTime,
    page: { readonly caller?: CallerChoice; readonly after?: AccessPosition; readonly limit: number },
  ): Promise<TraceAccess[]>;

  /** Who read some traces or was refused them, in the order of their ARNs. */
  readers(
    scope: Scope,
    traces: TraceChoice,
    time: ReadingTime,
    page: { readonly afterArn: string; readonly limit: number },
  ): Promise<ReaderSum[]>;

  callerTotals(scope: Scope, caller: CallerChoice, time: ReadingTime): Promise<CallerTotals>;

  /** The traces that a caller read or was refused, in the order of their ids. */
  tracesOf(
    scope: Scope,
    caller: CallerChoice,
    time: ReadingTime,
    page: { readonly afterTraceId: string; readonly limit: number },
  ): Promise<TraceSum[]>;

  /** Refused calls of a caller, also those that named no trace, newest first. */
  refusals(
    scope: Scope,
    caller: CallerChoice,
    time: ReadingTime,
    limit: number,
  ): Promise<(TraceAccess & { readonly traceIds: readonly string[] })[]>;
}
