import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import { invalidRequest } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { nameOfInput, type RuleInput, recordedRule } from "./rule-input.js";

/** Extension of ours: what is received from now on is no longer masked by the rule. */
export const deleteMaskingRule = () =>
  operation<RuleInput, unknown>({
    name: "DeleteMaskingRule",
    readOnly: false,
    event: management,
    access: accessToAll("DeleteMaskingRule"),
    recordedRequest: recordedRule,

    async execute(input, call) {
      const name = nameOfInput(input.RuleName);
      return call.commit(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("xray_masking_rules")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("rule_name", "=", name)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw invalidRequest(`There is no masking rule named ${name}`);
        return {};
      });
    },
  });
