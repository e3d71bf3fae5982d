/** A span as OTLP carries it, read from either encoding. */
export interface OtelSpan {
  /** 32 hex digits, lower case. */
  readonly traceId: string;
  /** 16 hex digits, lower case. */
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Seconds since the epoch, microseconds kept. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly status: { readonly code: "UNSET" | "OK" | "ERROR"; readonly message: string };
}

export type SpanKind = "UNSPECIFIED" | "INTERNAL" | "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";

export interface SpanEvent {
  readonly name: string;
  readonly timeSeconds: number;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** Integers beyond what numbers hold exactly are texts of digits; bytes are base64. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/** The last value of a key counts. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** Spans of one resource. */
export interface SpansOfResource {
  readonly resource: Attributes;
  readonly spans: readonly OtelSpan[];
}
