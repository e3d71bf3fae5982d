/** A node of the service graph. An absent type or account is the empty text. */
export interface NodeId {
  readonly name: string;
  readonly type: string;
  readonly accountId: string;
}

/** What a segment, or a call as its caller saw it, tells about one request. Absent texts are empty. */
export interface RequestFacts {
  /** Microseconds since the epoch. */
  readonly startUs: number;
  /** Undefined while in progress. */
  readonly endUs: number | undefined;
  readonly fault: boolean;
  readonly error: boolean;
  readonly throttle: boolean;
  /** 0 if unknown. */
  readonly httpStatus: number;
  readonly httpUrl: string;
  readonly httpMethod: string;
}

/** One segment of a trace, sent or inferred. */
export interface SegmentFacts extends RequestFacts {
  readonly node: NodeId;
  /** It is where the trace began. */
  readonly root: boolean;
  readonly inferred: boolean;
  readonly httpUserAgent: string;
  readonly httpClientIp: string;
  readonly user: string;
  readonly availabilityZone: string;
  readonly instanceId: string;
  readonly resourceArn: string;
}

/**
 * One call from a node to another: the caller's view of it, or the callee's segment where the caller has none (a client
 * calling a root segment). A link leads from the segment a link points at to the one that has it, perhaps across traces.
 */
export interface CallFacts extends RequestFacts {
  readonly source: NodeId;
  readonly target: NodeId;
  readonly link: boolean;
  /** Links only: microseconds from the end of the linked segment, if known, to the start of the linking one; else 0. */
  readonly eventAgeUs: number;
}

export interface AnnotationFacts {
  readonly key: string;
  readonly value: string | number | boolean;
}

/** What filters, graphs and statistics know of a trace: everything but its documents. */
export interface TraceFacts {
  readonly traceId: string;
  /**
   * Its place in lists, epoch milliseconds: the time in the id if that lies within 30 days before and 5 minutes after
   * the start of the first segment, else that start.
   */
  readonly timeMs: number;
  /** First start and last end, microseconds since the epoch. */
  readonly startUs: number;
  readonly endUs: number;
  /** Last end minus first start, rounded to milliseconds. */
  readonly durationMs: number;
  /** Length of the root segment, rounded to milliseconds; undefined while it is in progress or missing. */
  readonly responseMs: number | undefined;
  /** How the root segment ended, `ok`: neither fault nor error nor throttled; but `throttle`: whether anything was. */
  readonly ok: boolean;
  readonly fault: boolean;
  readonly error: boolean;
  readonly throttle: boolean;
  readonly partial: boolean;
  /** Of the root segment. */
  readonly httpStatus: number;
  readonly httpUrl: string;
  readonly httpMethod: string;
  readonly httpUserAgent: string;
  readonly httpClientIp: string;
  /** Every node of the trace's graph once, client nodes (type `client`) included. */
  readonly nodes: readonly NodeId[];
  /** Sent and inferred ones. A subsegment that waits for its parent is none yet: its time and annotations count alone. */
  readonly segments: readonly SegmentFacts[];
  readonly calls: readonly CallFacts[];
  /** Distinct pairs of key and value, as many as are indexed. */
  readonly annotations: readonly AnnotationFacts[];
  /** The members of the same names of the trace's summary, each cause as JSON. */
  readonly faultCauses: readonly string[];
  readonly errorCauses: readonly string[];
  readonly responseTimeCauses: readonly string[];
}

/** ARNs of the groups whose filter a trace met when it was compiled are kept beside its facts. */
export interface IndexedTrace {
  readonly facts: TraceFacts;
  /** `TraceSummary` as JSON with times in epoch seconds, without MatchedEventTime and the three lists of root causes. */
  readonly summary: string;
  readonly groupArns: readonly string[];
  /** When its documents were read, microseconds since the epoch, by the clock of the store: the latest reading counts. */
  readonly version: number;
  /** When the last of its documents was received, epoch milliseconds. */
  readonly receivedMs: number;
  /** Where an earlier version of it stands, if that was another `timeMs`. */
  readonly movedFromMs?: number;
}
