import type { AnyOperation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { createSamplingRule } from "./create-sampling-rule.js";
import { deleteSamplingRule } from "./delete-sampling-rule.js";
import { getSamplingRules } from "./get-sampling-rules.js";
import { getSamplingStatisticSummaries } from "./get-sampling-statistic-summaries.js";
import { getSamplingTargets } from "./get-sampling-targets.js";
import { updateSamplingRule } from "./update-sampling-rule.js";

/** What clients sample. */
export function samplingOperations(deps: XrayDeps): readonly AnyOperation[] {
  return [
    createSamplingRule(),
    deleteSamplingRule(deps),
    getSamplingRules(deps),
    getSamplingStatisticSummaries(deps),
    getSamplingTargets(deps),
    updateSamplingRule(deps),
  ];
}
