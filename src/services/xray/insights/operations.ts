import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";

/** Incidents found in the traces of a group. */
export function insightsOperations(_deps: XrayDeps): OperationArea {
  return {
    operations: [],
    notOffered: {
      GetInsight: "Insights are not offered yet.",
      GetInsightEvents: "Insights are not offered yet.",
      GetInsightImpactGraph: "Insights are not offered yet.",
      GetInsightSummaries: "Insights are not offered yet.",
    },
  };
}
