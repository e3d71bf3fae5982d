import type { AnyOperation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { getInsight } from "./get-insight.js";
import { getInsightEvents } from "./get-insight-events.js";
import { getInsightImpactGraph } from "./get-insight-impact-graph.js";
import { getInsightSummaries } from "./get-insight-summaries.js";

/** Incidents found in the traces of a group. */
export function insightsOperations(deps: XrayDeps): readonly AnyOperation[] {
  return [getInsight(deps), getInsightEvents(deps), getInsightImpactGraph(deps), getInsightSummaries(deps)];
}
