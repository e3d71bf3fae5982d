import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { programFolder } from "../../program-folder.js";
import { compileRule, type DetectionRule } from "../sigma/rule.js";

export interface ShippedRule {
  readonly ruleId: string;
  readonly text: string;
  readonly rule: DetectionRule;
}

const folder = path.join(programFolder, "audit/detection/rules");

/** The rules that come with this service, by name of their file: read once, and they must be right. */
export const shippedRules: ReadonlyMap<string, ShippedRule> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith(".yml"))
    .sort()
    .map((file) => {
      const ruleId = file.slice(0, -".yml".length);
      const text = readFileSync(path.join(folder, file), "utf8");
      return [ruleId, { ruleId, text, rule: compileRule(text) }];
    }),
);
