import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { createSamplingRule } from "./create-sampling-rule.js";
import { deleteSamplingRule } from "./delete-sampling-rule.js";
import { getSamplingRules } from "./get-sampling-rules.js";
import { getSamplingStatisticSummaries } from "./get-sampling-statistic-summaries.js";
import { getSamplingTargets } from "./get-sampling-targets.js";
import { updateSamplingRule } from "./update-sampling-rule.js";

/** What clients sample. */
export function samplingOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [
      createSamplingRule(),
      deleteSamplingRule(deps),
      getSamplingRules(deps),
      getSamplingStatisticSummaries(deps),
      getSamplingTargets(deps),
      updateSamplingRule(deps),
    ],
    notOffered: {},
  };
}
