import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { getTimeSeriesServiceStatistics } from "./get-time-series-service-statistics.js";

/** Service graphs and their figures over time. */
export function graphsOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [getTimeSeriesServiceStatistics(deps)],
    notOffered: {
      GetServiceGraph: "Service graphs and statistics are not offered yet: read the traces with BatchGetTraces.",
      GetTraceGraph: "Service graphs and statistics are not offered yet: read the traces with BatchGetTraces.",
    },
  };
}
