import { exportDocuments } from "../../../tracing/otel/exported-documents.js";
import {
  type ExportRequest,
  ExportRequestError,
  readExportRequest,
} from "../../../tracing/otel/read-export-request.js";
import { encodeExportResponse, encodeRpcStatus, type PartialSuccess } from "../../../tracing/otel/trace-messages.js";
import type { ForeignReply, ForeignRoute } from "../../foreign-route.js";
import { operation } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import type { IntakeDeps } from "../deps.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";
import type { SegmentBatch } from "./segment-batch.js";

/** The record of one export names so many traces, then how many more there are. */
const recordedTracesMax = 500;
/** Reasons in one answer; each is said once, with its count. */
const reasonsMax = 10;
const retryAfterSeconds = "1";

interface Input {
  readonly request: ExportRequest;
  /** Filled when the spans are mapped. */
  traceIds: readonly string[];
}

/**
 * OpenTelemetry's export of spans: each becomes one segment document or two, stored like documents of PutTraceSegments,
 * under whose name it is authorised and recorded. Durable before it is answered.
 *
 * @see OpenTelemetry Protocol specification, "OTLP/HTTP"
 */
export function exportTraces(deps: IntakeDeps): ForeignRoute {
  return {
    method: "POST",
    path: "/v1/traces",
    takesBearer: true,

    operation: operation<Input, PartialSuccess | undefined>({
      name: "PutTraceSegments",
      readOnly: false,
      event: traceEvent,
      access: accessToAll("PutTraceSegments"),
      resources: () => traceResources,

      async execute(input, call) {
        call.note({ protocol: "otlp" });
        const scope = { accountId: call.accountId, region: call.region };
        const batch = await deps.intake.open(scope, call.nowMs);
        input.traceIds = exportDocuments(input.request, batch);
        for (const { problem } of input.request.unreadable)
          deps.rejections.note(scope, call.nowMs, { errorCode: "InvalidId", message: problem }, problem);
        await deps.intake.store(scope, batch);
        return partialSuccess(input.request, batch);
      },

      recordedRequest({ traceIds }) {
        const named = traceIds.slice(0, recordedTracesMax).map((traceId) => `trace_id:${traceId}`);
        const more = traceIds.length - named.length;
        return { traceSegmentDocuments: more > 0 ? [...named, `(${more} more traces)`] : named };
      },

      recordedResponse: (output) =>
        output === undefined ? {} : { rejectedSpans: output.rejectedSpans, errorMessage: output.errorMessage },
    }),

    read(body, contentType) {
      const encoding = encodingOf(contentType);
      if (encoding === undefined)
        throw new ServiceError(
          "UnsupportedMediaTypeException",
          "Traces are taken as application/x-protobuf or application/json.",
          { httpStatus: 415 },
        );
      try {
        return { request: readExportRequest(body, encoding), traceIds: [] } satisfies Input;
      } catch (problem) {
        if (problem instanceof ExportRequestError) throw new ServiceError("SerializationException", problem.message);
        throw problem;
      }
    },

    answer(output, contentType) {
      const partial = output as PartialSuccess | undefined;
      return reply(
        200,
        contentType,
        () => encodeExportResponse(partial),
        () =>
          partial === undefined ? {} : { partialSuccess: { ...partial, rejectedSpans: `${partial.rejectedSpans}` } },
      );
    },

    refuse({ code, message, httpStatus }, contentType) {
      const text = `${code}: ${message}`;
      const grpcCode = grpcCodeOf(code, httpStatus);
      const answer = reply(
        httpStatus,
        contentType,
        () => encodeRpcStatus(grpcCode, text),
        () => ({ code: grpcCode, message: text }),
      );
      const retryable = httpStatus === 429 || httpStatus === 503;
      return retryable ? { ...answer, headers: { ...answer.headers, "retry-after": retryAfterSeconds } } : answer;
    },
  };
}

function encodingOf(contentType: string | undefined): "protobuf" | "json" | undefined {
  const type = contentType?.replace(/;.*$/s, "").trim().toLowerCase();
  if (type === "application/x-protobuf" || type === "application/protobuf") return "protobuf";
  return type === "application/json" ? "json" : undefined;
}

/** In the encoding of the request; JSON to who spoke neither. */
function reply(
  status: number,
  contentType: string | undefined,
  protobuf: () => Uint8Array,
  json: () => unknown,
): ForeignReply {
  return encodingOf(contentType) === "protobuf"
    ? { status, headers: { "content-type": "application/x-protobuf" }, body: protobuf() }
    : { status, headers: { "content-type": "application/json" }, body: JSON.stringify(json()) };
}

/** The code of gRPC nearest to an error. */
function grpcCodeOf(code: string, httpStatus: number): number {
  if (code === "AccessDeniedException") return 7; // PERMISSION_DENIED
  if (httpStatus === 401 || httpStatus === 403) return 16; // UNAUTHENTICATED
  if (httpStatus === 429 || httpStatus === 503) return 14; // UNAVAILABLE: try again
  return httpStatus >= 500 ? 13 : 3; // INTERNAL, INVALID_ARGUMENT
}

function partialSuccess({ unreadable }: ExportRequest, batch: SegmentBatch): PartialSuccess | undefined {
  const rejectedSpans = unreadable.length + batch.unprocessed.length;
  if (rejectedSpans === 0) return undefined;
  const counts = new Map<string, number>();
  const reasons = [
    ...unreadable.map(({ problem }) => problem),
    ...batch.unprocessed.map(({ Message }) => Message ?? ""),
  ];
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const told = [...counts]
    .slice(0, reasonsMax)
    .map(([reason, count]) => (count > 1 ? `${reason} (${count} times)` : reason));
  const more = counts.size - told.length;
  return { rejectedSpans, errorMessage: [...told, ...(more > 0 ? [`${more} more reasons`] : [])].join("; ") };
}
