import type { Filter, NodePattern } from "../tracing/filter/filter.js";
import type { GraphTotals, Totals } from "../tracing/graph-totals.js";
import type { IndexedTrace } from "../tracing/trace-facts.js";
import type { Scope } from "./scope.js";

/** A trace's place in lists. */
export interface TracePosition {
  readonly timeMs: number;
  readonly traceId: string;
}

/** How GetTraceSummaries searches. All bounds are epoch milliseconds, `fromMs` inclusive, `untilMs` exclusive. */
export interface TraceSearch {
  readonly fromMs: number;
  readonly untilMs: number;
  /**
   * `TraceId`: the trace's place in lists is in the range. `Event`: some segment's [start, end] meets the range.
   * `Service`: some segment ended in the range.
   */
  readonly by: "TraceId" | "Event" | "Service";
  /** Continues after this position (newest first, ties by trace id descending). */
  readonly after?: TracePosition;
  readonly limit: number;
  /** Without references to groups: those are resolved before. */
  readonly filter?: Filter;
  /** To whoever searches there are no other traces: as a filter, and the others are not counted either. */
  readonly visible?: Filter;
  /** Share of the traces (by a hash of their ids, the same at every call) that is looked at at all; absent: all. */
  readonly share?: number;
}

export interface FoundTrace extends TracePosition {
  /** `TraceSummary` as JSON, times in epoch seconds, root causes included. */
  readonly summary: string;
  /** `by` Event or Service: the time that put it into the range, epoch milliseconds. */
  readonly matchedEventMs?: number;
}

export interface FoundTraces {
  readonly traces: readonly FoundTrace[];
  /** Visible traces of the range that were looked at for this page, matching or not. */
  readonly scannedCount: number;
  /** Where the next page begins; absent after the last. */
  readonly next?: TracePosition;
}

/** A segment or call counts in the range that holds its end; those in progress count nowhere. Epoch milliseconds. */
export interface GraphQuery {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Only traces that met this group's filter when they were compiled. */
  readonly groupArn?: string;
  /**
   * To whoever asks there are no other traces, nor links, which may lead to others. Without references to groups.
   * Rejects with `TooManyTraces` where the range holds more traces than can be held against it at once.
   */
  readonly visible?: Filter;
}

/** A question about traces of a filter covers more traces than one answer may cost. */
export class TooManyTraces extends Error {
  override readonly name = "TooManyTraces";
  readonly tracesMax: number;

  constructor(tracesMax: number) {
    super(`more than ${tracesMax} traces`);
    this.tracesMax = tracesMax;
  }
}

/** What the traces of one minute add up to. */
export interface GraphMinute {
  /** Start of the minute, epoch milliseconds. */
  readonly minuteMs: number;
  readonly graph: GraphTotals;
}

export interface SeriesQuery extends GraphQuery {
  /** A multiple of a minute. */
  readonly periodMs: number;
  /** Matching nodes, or edges between matching nodes. */
  readonly of: { readonly node: NodePattern } | { readonly source: NodePattern; readonly target: NodePattern };
}

export interface SeriesItem extends Totals {
  /** Start of the period. */
  readonly timeMs: number;
}

export interface ScopedTraceId {
  readonly scope: Scope;
  readonly traceId: string;
}

/** Traces as the store takes them: made by its `encodeTraces`, perhaps in another thread, and read by nobody else. */
export interface EncodedTraces {
  readonly rows: Uint8Array;
  /** Where the traces stand and, of those that moved, stood. */
  readonly places: readonly { readonly timeMs: number; readonly traceId: string }[];
  /** By the day in which a trace's last document was received: the minutes in which anything of such traces ended. */
  readonly endedMinutes: ReadonlyMap<number, ReadonlySet<number>>;
}

/**
 * What can be asked of traces without reading their documents. It is made of what `TraceStore` holds and can be made
 * again from it. Promises are tested in `trace-index.contract.ts`.
 */
export interface TraceIndex {
  /** Searchable when it resolves. Of several versions of one trace the highest counts, whichever came last. */
  putTraces(scope: Scope, traces: readonly IndexedTrace[]): Promise<void>;

  /** As `putTraces` of the traces that were encoded. */
  putEncoded(scope: Scope, encoded: EncodedTraces): Promise<void>;

  /**
   * Where those of the traces that are indexed stand. That is one place each, unless processes that did not know of each
   * other put a trace at two at once: it stands at both until one of them puts it again, moved from the other.
   */
  positionsOf(scope: Scope, traceIds: readonly string[]): Promise<TracePosition[]>;

  /**
   * Newest first, ties by trace id descending. The store does the work and bounds it: a page may hold less than `limit`,
   * even nothing, and still have a `next`, which is always further back than where the page began.
   */
  search(scope: Scope, search: TraceSearch): Promise<FoundTraces>;

  /** What `graphTotals` of the pure rules gives for the facts of the same traces. */
  graph(scope: Scope, query: GraphQuery): Promise<GraphTotals>;

  /**
   * `graph` of each minute in which something ended, oldest first; the range is taken to begin and end with a minute.
   */
  graphMinutes(scope: Scope, query: GraphQuery): Promise<GraphMinute[]>;

  /** One item a period in which something ended, oldest first; periods are multiples of `periodMs` since the epoch. */
  series(scope: Scope, query: SeriesQuery): Promise<SeriesItem[]>;

  /** Brings the totals of past minutes up to date, so that graphs of long ranges cost little. */
  rollUp(nowMs: number): Promise<void>;

  /** It holds nothing: it is new, or was emptied. */
  isEmpty(): Promise<boolean>;

  /** Traces with a document received in the range of time that the index does not show yet. */
  unindexed(receivedFromMs: number, receivedUntilMs: number, limit: number): Promise<ScopedTraceId[]>;
}
