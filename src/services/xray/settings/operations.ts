import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { listTagsForResource } from "./list-tags-for-resource.js";
import { tagResource } from "./tag-resource.js";
import { untagResource } from "./untag-resource.js";

/** What an account and region is set to. */
export function settingsOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [listTagsForResource(deps), tagResource(deps), untagResource(deps)],
    notOffered: {
      GetEncryptionConfig: "Encryption settings of traces are not offered yet.",
      PutEncryptionConfig: "Encryption settings of traces are not offered yet.",
      PutResourcePolicy: "Resource policies of X-Ray are not offered yet.",
      DeleteResourcePolicy: "Resource policies of X-Ray are not offered yet.",
      ListResourcePolicies: "Resource policies of X-Ray are not offered yet.",
      GetIndexingRules: "Transaction Search is not offered yet: every trace is stored and found here.",
      UpdateIndexingRule: "Transaction Search is not offered yet: every trace is stored and found here.",
      GetTraceSegmentDestination: "Transaction Search is not offered yet: every trace is stored and found here.",
      UpdateTraceSegmentDestination: "Transaction Search is not offered yet: every trace is stored and found here.",
    },
  };
}
