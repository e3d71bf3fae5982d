import type { GetIndexingRulesCommandInput, GetIndexingRulesCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { indexingRuleView, readIndexingRule } from "./indexing-rule.js";

export const getIndexingRules = (deps: XrayDeps) =>
  operation<GetIndexingRulesCommandInput, Omit<GetIndexingRulesCommandOutput, "$metadata">>({
    name: "GetIndexingRules",
    readOnly: true,
    event: management,
    access: accessToAll("GetIndexingRules"),

    async execute(input, call) {
      if (input.NextToken) throw invalidNextToken();
      return { IndexingRules: [indexingRuleView(await readIndexingRule(deps.settings.read, call))] };
    },
  });
