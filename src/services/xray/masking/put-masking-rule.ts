import { management } from "../../../audit/event.js";
import { maskingLimits } from "../../../tracing/masking/rule.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { type RuleInput, recordedRule, ruleOfInput, ruleView } from "./rule-input.js";
import { ensureKey, readRules } from "./stored-rules.js";

/** Extension of ours: makes or replaces a rule. It masks what is received from now on; what is stored stays as it is. */
export const putMaskingRule = (deps: XrayDeps) =>
  operation<RuleInput, unknown>({
    name: "PutMaskingRule",
    readOnly: false,
    event: management,
    access: accessToAll("PutMaskingRule"),
    recordedRequest: recordedRule,

    async execute(input, call) {
      const { name, ...definition } = ruleOfInput(input);
      return call.commit(async (tx) => {
        const rules = await readRules(tx, call);
        const former = rules.find((rule) => rule.name === name);
        if (former === undefined && rules.length >= maskingLimits.rules)
          throw invalidRequest(
            `There are ${maskingLimits.rules} masking rules, as many as an account may have in a region: delete one`,
          );
        await ensureKey(tx, deps, call.accountId, call.nowMs);
        const changed = { definition: JSON.stringify(definition), modified_ms: call.nowMs };
        await tx
          .insertInto("xray_masking_rules")
          .values({
            account_id: call.accountId,
            region: call.region,
            rule_name: name,
            created_ms: call.nowMs,
            ...changed,
          })
          .onConflict((conflict) => conflict.columns(["account_id", "region", "rule_name"]).doUpdateSet(changed))
          .execute();
        const createdMs = former?.createdMs ?? call.nowMs;
        return { MaskingRule: ruleView({ ...definition, name, createdMs, modifiedMs: call.nowMs }) };
      });
    },
  });
