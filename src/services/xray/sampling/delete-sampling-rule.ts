import type { DeleteSamplingRuleCommandInput, DeleteSamplingRuleCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { defaultRuleName, ruleArn } from "../../../tracing/sampling.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { deleteTags } from "../tag-store.js";
import { accessToRule, ruleNameOf, ruleNotFound, ruleResources } from "./rule-reference.js";
import { readRules, removeRule, ruleRecord } from "./rule-store.js";

/** Deletes a rule and its tags, and answers with the rule as it was. */
export const deleteSamplingRule = (deps: XrayDeps) =>
  operation<DeleteSamplingRuleCommandInput, Omit<DeleteSamplingRuleCommandOutput, "$metadata">>({
    name: "DeleteSamplingRule",
    readOnly: false,
    event: management,
    access: (input, call) => accessToRule(deps.settings.read, "DeleteSamplingRule", input, call),
    resources: (input, call) => ruleResources(input, call),

    async execute(input, call) {
      const name = ruleNameOf(input, call);
      if (name === defaultRuleName) throw invalidRequest("The Default sampling rule cannot be deleted");

      return call.commit(async (tx) => {
        const stored = (await readRules(tx, call)).find(({ rule }) => rule.RuleName === name);
        if (stored === undefined) throw ruleNotFound(name);
        await removeRule(tx, call, name, call.nowMs);
        await deleteTags(tx, ruleArn(call, name));
        return { SamplingRuleRecord: ruleRecord(call, stored) };
      });
    },
  });
