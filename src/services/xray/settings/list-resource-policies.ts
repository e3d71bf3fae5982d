import type { ListResourcePoliciesCommandInput, ListResourcePoliciesCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { readPolicies } from "./resource-policy-rules.js";

/** All of them, by name: there are so few that no token is ever given. */
export const listResourcePolicies = (deps: XrayDeps) =>
  operation<ListResourcePoliciesCommandInput, Omit<ListResourcePoliciesCommandOutput, "$metadata">>({
    name: "ListResourcePolicies",
    readOnly: true,
    event: management,
    access: accessToAll("ListResourcePolicies"),

    async execute(input, call) {
      new Constraints().length("nextToken", input.NextToken, { min: 1, max: 100 }).check();
      if (input.NextToken !== undefined) throw invalidNextToken();
      const policies = await readPolicies(deps.settings.read, call);
      return {
        ResourcePolicies: policies.map((policy) => ({
          PolicyName: policy.policy_name,
          PolicyDocument: policy.document,
          PolicyRevisionId: String(policy.revision),
          LastUpdatedTime: new Date(policy.updated_ms),
        })),
      };
    },
  });
