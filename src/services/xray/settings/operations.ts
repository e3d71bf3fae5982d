import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";

/** What an account and region is set to. */
export function settingsOperations(_deps: XrayDeps): OperationArea {
  return {
    operations: [],
    notOffered: {
      GetEncryptionConfig: "Encryption settings of traces are not offered yet.",
      PutEncryptionConfig: "Encryption settings of traces are not offered yet.",
      PutResourcePolicy: "Resource policies of X-Ray are not offered yet.",
      DeleteResourcePolicy: "Resource policies of X-Ray are not offered yet.",
      ListResourcePolicies: "Resource policies of X-Ray are not offered yet.",
      TagResource:
        "There is nothing in X-Ray yet that could have tags: groups and own sampling rules are not offered yet.",
      UntagResource:
        "There is nothing in X-Ray yet that could have tags: groups and own sampling rules are not offered yet.",
      ListTagsForResource:
        "There is nothing in X-Ray yet that could have tags: groups and own sampling rules are not offered yet.",
      GetIndexingRules: "Transaction Search is not offered yet: every trace is stored and found here.",
      UpdateIndexingRule: "Transaction Search is not offered yet: every trace is stored and found here.",
      GetTraceSegmentDestination: "Transaction Search is not offered yet: every trace is stored and found here.",
      UpdateTraceSegmentDestination: "Transaction Search is not offered yet: every trace is stored and found here.",
    },
  };
}
