import type { CreateSamplingRuleCommandInput, CreateSamplingRuleCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { defaultRuleName, ruleArn } from "../../../tracing/sampling.js";
import { operation } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import { invalidRequest } from "../errors.js";
import { checkTags, putTags, requestTagConditions } from "../tag-store.js";
import { checkNewRule, newRule } from "./rule-input.js";
import { ruleResources } from "./rule-reference.js";
import { putRule, readRules, ruleRecord } from "./rule-store.js";

/** AWS's quota of a region, beside the Default rule. */
const customRulesMax = 25;

/** Makes a rule. Clients hear of it when they next report or fetch rules. */
export const createSamplingRule = () =>
  operation<CreateSamplingRuleCommandInput, Omit<CreateSamplingRuleCommandOutput, "$metadata">>({
    name: "CreateSamplingRule",
    readOnly: false,
    event: management,

    access({ SamplingRule, Tags }, call) {
      const name = SamplingRule?.RuleName;
      const resource = name ? ruleArn(call, name) : "*";
      return [{ action: "xray:CreateSamplingRule", resource, conditions: requestTagConditions(Tags) }];
    },

    resources: ({ SamplingRule }, call) => ruleResources({ RuleName: SamplingRule?.RuleName }, call),

    async execute({ SamplingRule, Tags }, call) {
      if (SamplingRule === undefined) throw invalidRequest("SamplingRule is required");
      const { RuleName, RuleARN } = SamplingRule;
      checkNewRule(SamplingRule);
      if (RuleName && RuleARN) throw invalidRequest("Give RuleName to name the new sampling rule, and no RuleARN");
      if (!RuleName) throw invalidRequest("RuleName is required to name the new sampling rule");
      checkTags(Tags);
      const rule = { ...newRule(SamplingRule), RuleName };

      return call.commit(async (tx) => {
        const others = (await readRules(tx, call)).map((stored) => stored.rule.RuleName);
        if (others.includes(RuleName)) throw invalidRequest(`Sampling rule ${RuleName} already exists`);
        if (others.filter((name) => name !== defaultRuleName).length >= customRulesMax)
          throw new ServiceError(
            "RuleLimitExceededException",
            `There are ${customRulesMax} sampling rules already: delete one that is no longer needed`,
          );
        const stored = { rule, createdMs: call.nowMs, modifiedMs: call.nowMs };
        await putRule(tx, call, stored, call.nowMs);
        await putTags(tx, ruleArn(call, RuleName), Tags);
        return { SamplingRuleRecord: ruleRecord(call, stored) };
      });
    },
  });
