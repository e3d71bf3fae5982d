import type { AnyOperation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { getServiceGraph } from "./get-service-graph.js";
import { getTimeSeriesServiceStatistics } from "./get-time-series-service-statistics.js";
import { getTraceGraph } from "./get-trace-graph.js";

/** Service graphs and their figures over time. */
export function graphsOperations(deps: XrayDeps): readonly AnyOperation[] {
  return [getServiceGraph(deps), getTraceGraph(deps), getTimeSeriesServiceStatistics(deps)];
}
