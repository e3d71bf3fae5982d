import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { conditionKeys } from "../../../identity/policy/condition-keys.js";
import { parsePolicy } from "../../../identity/policy/document.js";
import { operation } from "../../operation.js";
import { policiesOf } from "../entity-policies.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { requireSource, sourceAccess } from "./policy-source.js";
import { checkPolicyList, withInputErrors } from "./simulation-input.js";

export const getContextKeysForCustomPolicy = (_deps: IamDeps) =>
  operation<Iam.GetContextKeysForCustomPolicyRequest, Iam.GetContextKeysForPolicyResponse>({
    name: "GetContextKeysForCustomPolicy",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetContextKeysForCustomPolicy", resource: "*" }],
    execute: async ({ PolicyInputList }) => {
      new IamConstraints().required("policyInputList", PolicyInputList).check("ValidationError");
      checkPolicyList(PolicyInputList);
      return { ContextKeyNames: keysOf(PolicyInputList!) };
    },
  });

export const getContextKeysForPrincipalPolicy = (deps: IamDeps) =>
  operation<Iam.GetContextKeysForPrincipalPolicyRequest, Iam.GetContextKeysForPolicyResponse>({
    name: "GetContextKeysForPrincipalPolicy",
    readOnly: true,
    event: management,
    access: (input, call) => sourceAccess(deps, call, input.PolicySourceArn, "GetContextKeysForPrincipalPolicy"),
    execute: async (input, call) => {
      checkPolicyList(input.PolicyInputList);
      const entity = await requireSource(deps.settings.read, call, input.PolicySourceArn, "policySourceArn");
      const identity = await policiesOf(deps.settings.read, entity);
      const documents = identity.map(({ document }) => document);
      return { ContextKeyNames: keysOf([...documents, ...(input.PolicyInputList ?? [])]) };
    },
  });

/** Keys differ in more than case. */
function keysOf(documents: readonly string[]): string[] {
  const keys = new Map<string, string>();
  for (const document of documents)
    for (const key of withInputErrors(() => conditionKeys(parsePolicy(document, "identity"))))
      if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
  return [...keys.values()];
}
