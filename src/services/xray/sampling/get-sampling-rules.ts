import type {
  GetSamplingRulesCommandInput,
  GetSamplingRulesCommandOutput,
  SamplingRuleRecord,
} from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import type { Scope } from "../../../storage/scope.js";
import { defaultRule } from "../../../tracing/sampling.js";
import { operation } from "../../operation.js";
import { invalidNextToken } from "../errors.js";
import { accessToAll } from "../trace-event.js";

/** Every rule of an account and region. Rules of users join here once they can be created. */
export function samplingRules(scope: Scope): readonly SamplingRuleRecord[] {
  return [defaultRule(scope)];
}

export const getSamplingRules = () =>
  operation<GetSamplingRulesCommandInput, Omit<GetSamplingRulesCommandOutput, "$metadata">>({
    name: "GetSamplingRules",
    readOnly: true,
    event: management,
    access: accessToAll("GetSamplingRules"),

    async execute(input, { accountId, region }) {
      if (input.NextToken) throw invalidNextToken(); // all rules fit one page: no token of ours is about
      return { SamplingRuleRecords: [...samplingRules({ accountId, region })] };
    },
  });
