import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { getInsightSelectors, putInsightSelectors } from "./insight-selectors.js";
import { listInsightsData } from "./list-insights-data.js";
import { listInsightsMetricData } from "./list-insights-metric-data.js";

export const insightOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  putInsightSelectors(deps),
  getInsightSelectors(deps),
  listInsightsData(deps),
  listInsightsMetricData(deps),
];
