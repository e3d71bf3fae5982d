import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { getServiceGraph } from "./get-service-graph.js";
import { getTimeSeriesServiceStatistics } from "./get-time-series-service-statistics.js";
import { getTraceGraph } from "./get-trace-graph.js";

/** Service graphs and their figures over time. */
export function graphsOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [getServiceGraph(deps), getTraceGraph(deps), getTimeSeriesServiceStatistics(deps)],
    notOffered: {},
  };
}
