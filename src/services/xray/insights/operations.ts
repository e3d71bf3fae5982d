import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { getInsight } from "./get-insight.js";
import { getInsightEvents } from "./get-insight-events.js";
import { getInsightImpactGraph } from "./get-insight-impact-graph.js";
import { getInsightSummaries } from "./get-insight-summaries.js";

/** Incidents found in the traces of a group. */
export function insightsOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [getInsight(deps), getInsightEvents(deps), getInsightImpactGraph(deps), getInsightSummaries(deps)],
    notOffered: {},
  };
}
