import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { getInsightSelectors, putInsightSelectors } from "./insight-selectors.js";

export const insightOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  putInsightSelectors(deps),
  getInsightSelectors(deps),
];
