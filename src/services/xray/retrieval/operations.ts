import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";

/** Fetching traces by jobs. */
export function retrievalOperations(_deps: XrayDeps): OperationArea {
  return {
    operations: [],
    notOffered: {
      StartTraceRetrieval: "Transaction Search is not offered yet: every trace is stored and found here.",
      CancelTraceRetrieval: "Transaction Search is not offered yet: every trace is stored and found here.",
      ListRetrievedTraces: "Transaction Search is not offered yet: every trace is stored and found here.",
      GetRetrievedTracesGraph: "Transaction Search is not offered yet: every trace is stored and found here.",
    },
  };
}
