import type { ForeignRoute } from "../../foreign-route.js";
import type { CloudTrailDeps } from "../deps.js";
import { getAlertConfiguration, putAlertConfiguration } from "./alert-configuration.js";
import { listFindings, updateFinding } from "./findings.js";
import { deleteDetectionRule, getDetectionRule, listDetectionRules, putDetectionRule } from "./rules.js";
import { testDetectionRule } from "./test-rule.js";

/** Extensions of ours: detection rules, what they found, and who is told. */
export function detectionRoutes(deps: CloudTrailDeps): readonly ForeignRoute[] {
  return [
    putDetectionRule(),
    getDetectionRule(deps),
    listDetectionRules(deps),
    deleteDetectionRule(deps),
    testDetectionRule(deps),
    listFindings(deps),
    updateFinding(),
    putAlertConfiguration(),
    getAlertConfiguration(deps),
  ];
}
