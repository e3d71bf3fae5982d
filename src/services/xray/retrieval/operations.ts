import type { AnyOperation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { cancelTraceRetrieval } from "./cancel-trace-retrieval.js";
import { getRetrievedTracesGraph } from "./get-retrieved-traces-graph.js";
import { listRetrievedTraces } from "./list-retrieved-traces.js";
import { startTraceRetrieval } from "./start-trace-retrieval.js";

/** Fetching traces by jobs. */
export function retrievalOperations(deps: XrayDeps): readonly AnyOperation[] {
  return [
    startTraceRetrieval(deps),
    listRetrievedTraces(deps),
    getRetrievedTracesGraph(deps),
    cancelTraceRetrieval(deps),
  ];
}
