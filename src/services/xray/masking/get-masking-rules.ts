import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToAll } from "../trace-event.js";
import { ruleView } from "./rule-input.js";
import { readRules } from "./stored-rules.js";

/** Extension of ours: all rules of the account and region, by name. */
export const getMaskingRules = (deps: XrayDeps) =>
  operation<object, unknown>({
    name: "GetMaskingRules",
    readOnly: true,
    event: management,
    access: accessToAll("GetMaskingRules"),
    execute: async (_input, call) => ({ MaskingRules: (await readRules(deps.settings.read, call)).map(ruleView) }),
  });
