import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import type { XrayDeps } from "../deps.js";
import { deleteMaskingRule } from "./delete-masking-rule.js";
import { getMaskingRules } from "./get-masking-rules.js";
import { putMaskingRule } from "./put-masking-rule.js";

/** Extensions of ours: what is masked before it is stored. */
export function maskingRoutes(deps: XrayDeps): ForeignRoute[] {
  return [putMaskingRule(deps), getMaskingRules(deps), deleteMaskingRule()].map(extensionRoute);
}
