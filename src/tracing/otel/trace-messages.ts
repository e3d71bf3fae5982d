import protobuf from "protobufjs/light.js";

/**
 * The messages of OTLP's trace service, and the one that carries its errors.
 * Source: opentelemetry-proto 1.x, `collector/trace/v1/trace_service.proto`; googleapis, `google/rpc/status.proto`.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    ExportTraceServiceRequest: message({ resourceSpans: [1, "repeated ResourceSpans"] }),
    ExportTraceServiceResponse: message({ partialSuccess: [1, "ExportTracePartialSuccess"] }),
    ExportTracePartialSuccess: message({ rejectedSpans: [1, "int64"], errorMessage: [2, "string"] }),
    ResourceSpans: message({ resource: [1, "Resource"], scopeSpans: [2, "repeated ScopeSpans"] }),
    Resource: message({ attributes: [1, "repeated KeyValue"] }),
    ScopeSpans: message({ scope: [1, "InstrumentationScope"], spans: [2, "repeated Span"] }),
    InstrumentationScope: message({ name: [1, "string"], version: [2, "string"] }),
    Span: message({
      traceId: [1, "bytes"],
      spanId: [2, "bytes"],
      traceState: [3, "string"],
      parentSpanId: [4, "bytes"],
      name: [5, "string"],
      kind: [6, "int32"],
      startTimeUnixNano: [7, "fixed64"],
      endTimeUnixNano: [8, "fixed64"],
      attributes: [9, "repeated KeyValue"],
      events: [11, "repeated Event"],
      links: [13, "repeated Link"],
      status: [15, "SpanStatus"],
      flags: [16, "fixed32"],
    }),
    Event: message({ timeUnixNano: [1, "fixed64"], name: [2, "string"], attributes: [3, "repeated KeyValue"] }),
    Link: message({ traceId: [1, "bytes"], spanId: [2, "bytes"], attributes: [4, "repeated KeyValue"] }),
    SpanStatus: message({ message: [2, "string"], code: [3, "int32"] }),
    KeyValue: message({ key: [1, "string"], value: [2, "AnyValue"] }),
    AnyValue: message({
      stringValue: [1, "string"],
      boolValue: [2, "bool"],
      intValue: [3, "int64"],
      doubleValue: [4, "double"],
      arrayValue: [5, "ArrayValue"],
      kvlistValue: [6, "KeyValueList"],
      bytesValue: [7, "bytes"],
    }),
    ArrayValue: message({ values: [1, "repeated AnyValue"] }),
    KeyValueList: message({ values: [1, "repeated KeyValue"] }),
    RpcStatus: message({ code: [1, "int32"], message: [2, "string"] }),
  },
});

function message(fields: Record<string, readonly [number, string]>) {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [id, form]]) => {
        const repeated = form.startsWith("repeated ");
        const type = repeated ? form.slice("repeated ".length) : form;
        return [name, repeated ? { id, type, rule: "repeated" } : { id, type }];
      }),
    ),
  };
}

const request = root.lookupType("ExportTraceServiceRequest");
const response = root.lookupType("ExportTraceServiceResponse");
const status = root.lookupType("RpcStatus");

/** @throws Error if the bytes are no such message, or nested deeper than the decoder follows (100 levels). */
export function decodeExportRequest(bytes: Uint8Array): unknown {
  return request.decode(bytes);
}

/** Spans that were not stored; none: everything was. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

export function encodeExportResponse(partialSuccess: PartialSuccess | undefined): Uint8Array {
  return response.encode(partialSuccess === undefined ? {} : { partialSuccess }).finish();
}

/** @param code of gRPC. */
export function encodeRpcStatus(code: number, text: string): Uint8Array {
  return status.encode({ code, message: text }).finish();
}

export function decodeRpcStatus(bytes: Uint8Array): { code: number; message: string } {
  const { code, message: text } = status.decode(bytes) as unknown as { code?: number; message?: string };
  return { code: code ?? 0, message: text ?? "" };
}
