/** Answers of the three questions, as `docs/guide/exposure.md` names their members; times in epoch seconds. */
export interface Sum {
  readonly ReadCount: number;
  readonly RefusalCount: number;
  readonly FirstReadTime?: number;
  readonly LastReadTime?: number;
}

export interface Access {
  readonly Time: number;
  readonly EventId: string;
  readonly Caller: string;
  readonly PrincipalId: string;
  readonly Operation: string;
  readonly Kind: string;
  readonly Outcome: "READ" | "REFUSED";
  readonly ErrorCode?: string;
  readonly Request: unknown;
}

export interface Reader extends Sum {
  readonly Caller: string;
  readonly PrincipalIds: readonly string[];
  readonly TraceCount: number;
  readonly Kinds: readonly string[];
}

export interface ReadTrace extends Sum {
  readonly TraceId: string;
  readonly Kinds: readonly string[];
}

export interface RefusedCall extends Access {
  readonly TraceIds: readonly string[];
}

interface Answer {
  readonly CompleteSince: number;
  readonly NextToken?: string;
}

export interface TraceAnswer extends Answer, Sum {
  readonly ReaderCount: number;
  readonly Accesses?: readonly Access[];
  readonly Callers?: readonly Reader[];
}

export interface CallerAnswer extends Answer {
  readonly TraceCount: number;
  readonly CallCount: number;
  readonly RefusedCallCount: number;
  readonly FirstReadTime?: number;
  readonly LastReadTime?: number;
  readonly Traces: readonly ReadTrace[];
  readonly Refusals: readonly RefusedCall[];
}

export interface AnnotationAnswer extends Answer, Sum {
  readonly TracesSince: number;
  readonly TraceCount: number;
  readonly CallerCount: number;
  readonly Callers: readonly Reader[];
}
