import type { DeleteResourcePolicyCommandInput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { checkPolicyName, readPolicies, wrongRevision } from "./resource-policy-rules.js";

export const deleteResourcePolicy = (_deps: XrayDeps) =>
  operation<DeleteResourcePolicyCommandInput, Record<string, never>>({
    name: "DeleteResourcePolicy",
    readOnly: false,
    event: management,
    access: (input) => [
      {
        action: "xray:DeleteResourcePolicy",
        resource: "*",
        conditions: { "xray:ResourcePolicyName": input.PolicyName! },
      },
    ],

    async execute(input, call) {
      const name = input.PolicyName!;
      checkPolicyName(name);
      return call.commit(async (tx) => {
        const policy = (await readPolicies(tx, call)).find(({ policy_name }) => policy_name === name);
        if (policy === undefined) throw invalidRequest(`There is no resource policy named ${name}`);
        if (input.PolicyRevisionId !== undefined && input.PolicyRevisionId !== String(policy.revision))
          throw wrongRevision(`The policy ${name} has the revision ${policy.revision}, which is not the one given`);
        await tx
          .deleteFrom("xray_resource_policies")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("policy_name", "=", name)
          .execute();
        return {};
      });
    },
  });
