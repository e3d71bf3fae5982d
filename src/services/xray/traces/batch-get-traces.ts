import type { BatchGetTracesCommandInput, BatchGetTracesCommandOutput } from "@aws-sdk/client-xray";
import { toTraceId } from "../../../tracing/trace-id.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToDocuments } from "../settings/access-to-documents.js";
import { traceEvent, traceResources } from "../trace-event.js";
import { readTraces } from "./read-traces.js";
import { seeking } from "./sought-traces.js";
import { traceIdsOfCall } from "./trace-ids-of-call.js";

const tracesPerCallMax = 5;

/** Whole traces, compiled when read: everything acknowledged before the call is in them. */
export const batchGetTraces = (deps: XrayDeps) =>
  operation<BatchGetTracesCommandInput, Omit<BatchGetTracesCommandOutput, "$metadata">>({
    name: "BatchGetTraces",
    readOnly: true,
    event: traceEvent,
    access: accessToDocuments(deps, "BatchGetTraces"),
    resources: () => traceResources,
    soughtTraces: seeking("document"),

    async execute(input, call) {
      const asked = input.TraceIds ?? [];
      // AWS's own words.
      if (input.NextToken) throw invalidRequest("NextToken is currently not supported");
      const traceIds = traceIdsOfCall(asked, tracesPerCallMax);
      const found = await readTraces(deps, call, traceIds);
      call.exposes("document", [...found.keys()]);
      return {
        Traces: [...found.values()].map((trace) => ({
          Id: trace.traceId,
          Duration: trace.durationSeconds,
          LimitExceeded: trace.limitExceeded,
          Segments: trace.segments.map((segment) => ({ Id: segment.id, Document: JSON.stringify(segment) })),
        })),
        UnprocessedTraceIds: asked.filter((id) => !found.has(toTraceId(id) ?? "")),
      };
    },
  });
