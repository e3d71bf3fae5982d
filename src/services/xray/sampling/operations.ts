import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { getSamplingRules } from "./get-sampling-rules.js";
import { getSamplingStatisticSummaries } from "./get-sampling-statistic-summaries.js";
import { getSamplingTargets } from "./get-sampling-targets.js";

/** What clients sample. */
export function samplingOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [getSamplingRules(), getSamplingTargets(), getSamplingStatisticSummaries(deps)],
    notOffered: {
      CreateSamplingRule: "Own sampling rules are not offered yet: the Default rule applies to every service.",
      UpdateSamplingRule: "Own sampling rules are not offered yet: the Default rule applies to every service.",
      DeleteSamplingRule: "Own sampling rules are not offered yet: the Default rule applies to every service.",
    },
  };
}
