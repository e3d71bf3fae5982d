import type { ListRetrievedTracesCommandInput, ListRetrievedTracesCommandOutput, Span } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import type { CompiledTrace } from "../../../tracing/compile-trace.js";
import { spansOfSegment } from "../../../tracing/otel/spans-of-segment.js";
import type { Retrieval } from "../../../tracing/retrievals.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToDocuments } from "../settings/access-to-documents.js";
import { seeking } from "../traces/sought-traces.js";
import { findVisibleRetrieval, retrievedTraces } from "./retrieved-traces.js";

type Format = "XRAY" | "OTEL";

/** AWS's page: so many traces, and so many spans of each. A trace with more of them goes on with the next page. */
const tracesPerPage = 5;
const spansPerPage = 100;

/** The traces that a retrieval found, once it is complete. */
export const listRetrievedTraces = (deps: XrayDeps) =>
  operation<ListRetrievedTracesCommandInput, Omit<ListRetrievedTracesCommandOutput, "$metadata">>({
    name: "ListRetrievedTraces",
    readOnly: true,
    event: management,
    access: accessToDocuments(deps, "ListRetrievedTraces"),
    soughtTraces: () => seeking("document")({}),

    async execute(input, call) {
      new Constraints().oneOf("traceFormat", input.TraceFormat, ["XRAY", "OTEL"]).check();
      const retrieval = await findVisibleRetrieval(deps, call, input.RetrievalToken!);
      const format: Format = input.TraceFormat ?? "XRAY";
      const from = positionOf(input, format);
      const answer = { RetrievalStatus: retrieval.status, TraceFormat: format };
      if (retrieval.status !== "COMPLETE") return { ...answer, Traces: [] };
      const { traces, next } = await pageOf(deps, retrieval, format, from);
      call.exposes(
        "document",
        traces.map(({ Id }) => Id),
      );
      return {
        ...answer,
        Traces: traces,
        ...(next && {
          NextToken: encodePageToken([String(next.trace), String(next.span)], requestOf(input, format)),
        }),
      };
    },
  });

/** Where a page begins: a place among the traces found, and among the spans of that trace. */
interface Position {
  readonly trace: number;
  readonly span: number;
}

async function pageOf(deps: XrayDeps, retrieval: Retrieval, format: Format, from: Position) {
  const ids = retrieval.foundIds.slice(from.trace, from.trace + tracesPerPage);
  const compiled = new Map(
    (await retrievedTraces(deps, retrieval, ids)).map((trace): [string, CompiledTrace] => [trace.traceId, trace]),
  );
  const traces = [];
  for (const [index, traceId] of ids.entries()) {
    const trace = compiled.get(traceId);
    if (trace === undefined) continue; // past retention meanwhile
    const spans = spansOf(trace, format);
    const first = index === 0 ? from.span : 0;
    const last = first + spansPerPage;
    traces.push({ Id: trace.traceId, Duration: trace.durationSeconds, Spans: spans.slice(first, last) });
    if (last < spans.length) return { traces, next: { trace: from.trace + index, span: last } };
  }
  const trace = from.trace + ids.length;
  return { traces, next: trace < retrieval.foundIds.length ? { trace, span: 0 } : undefined };
}

/** `XRAY`: segments as BatchGetTraces gives them, whole; `OTEL`: each segment and subsegment. */
function spansOf(trace: CompiledTrace, format: Format): Span[] {
  if (format === "XRAY")
    return trace.segments.map((segment) => ({ Id: segment.id, Document: JSON.stringify(segment) }));
  return trace.segments
    .flatMap((segment) => spansOfSegment({ ...segment, trace_id: segment.trace_id ?? trace.traceId }))
    .map((span) => ({ Id: span.spanId, Document: JSON.stringify(span) }));
}

function requestOf({ RetrievalToken }: ListRetrievedTracesCommandInput, format: Format) {
  return { operation: "ListRetrievedTraces", RetrievalToken, format };
}

function positionOf(input: ListRetrievedTracesCommandInput, format: Format): Position {
  if (!input.NextToken) return { trace: 0, span: 0 };
  const [trace, span] = (decodePageToken(input.NextToken, requestOf(input, format)) ?? []).map(Number);
  if (!isPlace(trace) || !isPlace(span)) throw invalidNextToken();
  return { trace, span };
}

function isPlace(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! >= 0;
}
