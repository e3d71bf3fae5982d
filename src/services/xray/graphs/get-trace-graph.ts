import type { GetTraceGraphCommandInput, GetTraceGraphCommandOutput } from "@aws-sdk/client-xray";
import type { CompiledTrace } from "../../../tracing/compile-trace.js";
import { factsOf } from "../../../tracing/facts.js";
import { linkedSegmentIn } from "../../../tracing/links.js";
import { graphTotals } from "../../../tracing/service-graph.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToDocuments } from "../settings/access-to-documents.js";
import { traceEvent, traceResources } from "../trace-event.js";
import { readTraces } from "../traces/read-traces.js";
import { seeking } from "../traces/sought-traces.js";
import { traceIdsOfCall } from "../traces/trace-ids-of-call.js";
import { pageOfServices } from "./page-of-services.js";

/** AWS publishes none. At most 12.5 MB of documents are read. */
const tracesPerCallMax = 25;

/** The graph of the traces given and no others, made of all documents acknowledged before the call. */
export const getTraceGraph = (deps: XrayDeps) =>
  operation<GetTraceGraphCommandInput, Omit<GetTraceGraphCommandOutput, "$metadata">>({
    name: "GetTraceGraph",
    readOnly: true,
    event: traceEvent,
    access: accessToDocuments(deps, "GetTraceGraph"),
    resources: () => traceResources,
    soughtTraces: seeking("graph"),

    async execute(input, call) {
      const asked = input.TraceIds ?? [];
      const traceIds = traceIdsOfCall(asked, tracesPerCallMax);
      const traces = await readTraces(deps, call, traceIds);
      call.exposes("graph", [...traces.keys()]);
      return pageOfServices(graphTotals(factsOfAll(traces)), { token: input.NextToken, request: asked });
    },
  });

/** Links lead from one of the traces to another as they do within one. */
function* factsOfAll(traces: ReadonlyMap<string, CompiledTrace>) {
  for (const trace of traces.values())
    yield factsOf(trace, {
      linked({ traceId, segmentId }) {
        const other = traces.get(traceId);
        return other && linkedSegmentIn(other, segmentId);
      },
    });
}
