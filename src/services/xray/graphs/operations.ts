import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";

/** Service graphs and their figures over time. */
export function graphsOperations(_deps: XrayDeps): OperationArea {
  return {
    operations: [],
    notOffered: {
      GetServiceGraph: "Service graphs and statistics are not offered yet: read the traces with BatchGetTraces.",
      GetTraceGraph: "Service graphs and statistics are not offered yet: read the traces with BatchGetTraces.",
      GetTimeSeriesServiceStatistics:
        "Service graphs and statistics are not offered yet: read the traces with BatchGetTraces.",
    },
  };
}
