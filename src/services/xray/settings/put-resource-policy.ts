import type { PutResourcePolicyCommandInput, PutResourcePolicyCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import type { AccessRequest } from "../../../identity/access.js";
import { operation } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import type { XrayDeps } from "../deps.js";
import {
  checkPolicyDocument,
  checkPolicyName,
  policiesMax,
  policiesTogether,
  readPolicies,
  wrongRevision,
} from "./resource-policy-rules.js";

/** The revision that says: only if there is none of the name. */
const noRevision = "0";

/** Creates a policy or replaces it: revision 1, then one more each time. */
export const putResourcePolicy = (deps: XrayDeps) =>
  operation<PutResourcePolicyCommandInput, Omit<PutResourcePolicyCommandOutput, "$metadata">>({
    name: "PutResourcePolicy",
    readOnly: false,
    event: management,
    access: (input) => [accessToPut(input)],

    async execute(input, call) {
      const name = input.PolicyName!;
      const document = input.PolicyDocument!;
      checkPolicyName(name);
      checkPolicyDocument(document);
      const others = (await readPolicies(deps.settings.read, call)).filter((policy) => policy.policy_name !== name);
      const together = policiesTogether([...others.map((policy) => policy.document), document])!;
      const afterwards = { ...accessToPut(input), resourcePolicy: { document: together, required: false } };
      if (!input.BypassPolicyLockoutCheck && !(await call.may(afterwards)))
        throw new ServiceError(
          "LockoutPreventionException",
          "The policy would keep you from putting a policy again: change it, or set BypassPolicyLockoutCheck",
        );
      return call.commit(async (tx) => {
        const policies = await readPolicies(tx, call);
        const before = policies.find((policy) => policy.policy_name === name);
        const asked = input.PolicyRevisionId;
        if (asked !== undefined && asked !== String(before?.revision ?? noRevision))
          throw wrongRevision(
            before === undefined
              ? `There is no policy named ${name}: leave PolicyRevisionId out, or give ${noRevision}`
              : `The policy ${name} has the revision ${before.revision}, which is not the one given`,
          );
        if (before === undefined && policies.length >= policiesMax)
          throw new ServiceError(
            "PolicyCountLimitExceededException",
            `There are ${policiesMax} resource policies, as many as there may be: delete or replace one`,
          );
        const changed = { document, revision: (before?.revision ?? 0) + 1, updated_ms: call.nowMs };
        await tx
          .insertInto("xray_resource_policies")
          .values({ account_id: call.accountId, region: call.region, policy_name: name, ...changed })
          .onConflict((conflict) => conflict.columns(["account_id", "region", "policy_name"]).doUpdateSet(changed))
          .execute();
        return {
          ResourcePolicy: {
            PolicyName: name,
            PolicyDocument: document,
            PolicyRevisionId: String(changed.revision),
            LastUpdatedTime: new Date(call.nowMs),
          },
        };
      });
    },
  });

function accessToPut(input: PutResourcePolicyCommandInput): AccessRequest {
  return {
    action: "xray:PutResourcePolicy",
    resource: "*",
    conditions: { "xray:ResourcePolicyName": input.PolicyName! },
  };
}
