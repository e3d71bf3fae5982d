import type { AnyOperation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { deleteResourcePolicy } from "./delete-resource-policy.js";
import { getEncryptionConfig } from "./get-encryption-config.js";
import { getIndexingRules } from "./get-indexing-rules.js";
import { getTraceSegmentDestination } from "./get-trace-segment-destination.js";
import { listResourcePolicies } from "./list-resource-policies.js";
import { listTagsForResource } from "./list-tags-for-resource.js";
import { putEncryptionConfig } from "./put-encryption-config.js";
import { putResourcePolicy } from "./put-resource-policy.js";
import { tagResource } from "./tag-resource.js";
import { untagResource } from "./untag-resource.js";
import { updateIndexingRule } from "./update-indexing-rule.js";
import { updateTraceSegmentDestination } from "./update-trace-segment-destination.js";

/** What an account and region is set to. */
export function settingsOperations(deps: XrayDeps): readonly AnyOperation[] {
  return [
    getEncryptionConfig(deps),
    putEncryptionConfig(deps),
    listResourcePolicies(deps),
    putResourcePolicy(deps),
    deleteResourcePolicy(deps),
    listTagsForResource(deps),
    tagResource(deps),
    untagResource(deps),
    getIndexingRules(deps),
    updateIndexingRule(deps),
    getTraceSegmentDestination(deps),
    updateTraceSegmentDestination(deps),
  ];
}
