import type { PutTraceSegmentsCommandInput, PutTraceSegmentsCommandOutput } from "@aws-sdk/client-xray";
import { isEncodedItem, readEncodedItem } from "../../../tracing/otel/exported-documents.js";
import { readSegmentDocument, type SegmentSink } from "../../../tracing/segment.js";
import { operation } from "../../operation.js";
import type { IntakeDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";

/** The number that every official sender keeps to. */
const documentsPerCallMax = 50;

type Input = PutTraceSegmentsCommandInput;
type Output = Omit<PutTraceSegmentsCommandOutput, "$metadata">;

/**
 * Stores segment documents. The call succeeds if its envelope is good: documents that are not stored are listed, in the
 * order in which they came, each with its reason. Durable, and visible to readers, before it is answered.
 */
export const putTraceSegments = (deps: IntakeDeps) => {
  // The record names the trace of each document; reading them for it a second time would cost as much as the call.
  const tracesOf = new WeakMap<Input, readonly string[]>();

  return operation<Input, Output>({
    name: "PutTraceSegments",
    readOnly: false,
    event: traceEvent,
    access: accessToAll("PutTraceSegments"),
    resources: () => traceResources,

    async execute(input, call) {
      const documents = input.TraceSegmentDocuments ?? [];
      if (documents.length > documentsPerCallMax)
        throw invalidRequest(
          `TraceSegmentDocuments holds ${documents.length} documents: at most ${documentsPerCallMax} are taken in one call`,
        );
      const scope = { accountId: call.accountId, region: call.region };
      const batch = await deps.intake.open(scope, deps.environment.clock.nowMs());
      tracesOf.set(input, readAll(documents, batch));
      await deps.intake.store(scope, batch);
      return { UnprocessedTraceSegments: batch.unprocessed };
    },

    /** `trace_id:<id>` for each document, in order; never anything else of it. */
    recordedRequest(input) {
      const documents = input.TraceSegmentDocuments ?? [];
      const traces = tracesOf.get(input) ?? readAll(documents.slice(0, documentsPerCallMax), discard);
      const more = documents.length - traces.length;
      return { traceSegmentDocuments: more > 0 ? [...traces, `(${more} more documents)`] : traces };
    },
  });
};

/** @returns what the record says of each document; several ids, separated by commas, for an array of several traces. */
function readAll(documents: readonly string[], sink: SegmentSink): string[] {
  return documents.map((document) => `trace_id:${readItem(document, sink) ?? "unknown"}`);
}

function readItem(text: string, sink: SegmentSink): string | undefined {
  return isEncodedItem(text) ? readEncodedItem(text, sink) : readSegmentDocument(text, sink);
}

const discard: SegmentSink = { accept() {}, reject() {} };
