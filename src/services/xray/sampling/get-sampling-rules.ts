import type { GetSamplingRulesCommandInput, GetSamplingRulesCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { readRules, ruleRecord } from "./rule-store.js";

/** Every rule. The quota of rules is below any page: all are in one, and no token of ours is about. */
export const getSamplingRules = (deps: XrayDeps) =>
  operation<GetSamplingRulesCommandInput, Omit<GetSamplingRulesCommandOutput, "$metadata">>({
    name: "GetSamplingRules",
    readOnly: true,
    event: management,
    access: accessToAll("GetSamplingRules"),

    async execute(input, call) {
      if (input.NextToken) throw invalidNextToken();
      const rules = await readRules(deps.settings.read, call);
      return { SamplingRuleRecords: rules.map((stored) => ruleRecord(call, stored)) };
    },
  });
