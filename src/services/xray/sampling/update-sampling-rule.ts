import type { UpdateSamplingRuleCommandInput, UpdateSamplingRuleCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { defaultRuleName } from "../../../tracing/sampling.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { checkDefaultRuleUpdate, checkRuleUpdate, updatedRule } from "./rule-input.js";
import { accessToRule, ruleNameOf, ruleNotFound, ruleResources } from "./rule-reference.js";
import { putRule, readRules, ruleRecord } from "./rule-store.js";

/** Changes what the update gives of a rule; the rest stays. */
export const updateSamplingRule = (deps: XrayDeps) =>
  operation<UpdateSamplingRuleCommandInput, Omit<UpdateSamplingRuleCommandOutput, "$metadata">>({
    name: "UpdateSamplingRule",
    readOnly: false,
    event: management,
    access: ({ SamplingRuleUpdate }, call) =>
      accessToRule(deps.settings.read, "UpdateSamplingRule", SamplingRuleUpdate ?? {}, call),
    resources: ({ SamplingRuleUpdate }, call) => ruleResources(SamplingRuleUpdate, call),

    async execute({ SamplingRuleUpdate: update }, call) {
      if (update === undefined) throw invalidRequest("SamplingRuleUpdate is required");
      checkRuleUpdate(update);
      const name = ruleNameOf(update, call);
      if (name === defaultRuleName) checkDefaultRuleUpdate(update);

      return call.commit(async (tx) => {
        const before = (await readRules(tx, call)).find((stored) => stored.rule.RuleName === name);
        if (before === undefined) throw ruleNotFound(name);
        const after = { ...before, rule: updatedRule(before.rule, update), modifiedMs: call.nowMs };
        await putRule(tx, call, after, call.nowMs);
        return { SamplingRuleRecord: ruleRecord(call, after) };
      });
    },
  });
