import type { SamplingRule, SamplingRuleUpdate } from "@aws-sdk/client-xray";
import { Constraints } from "../../constraints.js";
import { invalidRequest } from "../errors.js";
import { requireInt32 } from "../int32.js";

/** AWS's bounds; 10000 is the priority of the Default rule. */
const priorityMax = 9999;
const attributesMax = 5;
const attributeLength = { min: 1, max: 32 };

/** Neither control characters nor halves of surrogate pairs, which not every store can keep. */
export const printable = /^\P{C}*$/u;

/** The one version of rules there is. */
const ruleVersion = 1;

/** @throws ValidationException naming every broken constraint, SerializationException, InvalidRequestException */
export function checkNewRule(rule: SamplingRule): void {
  const at = "samplingRule";
  const { Priority, FixedRate, ReservoirSize, Version } = rule;
  requireInt32(at, { priority: Priority, reservoirSize: ReservoirSize, version: Version });
  matchConstraints(at, rule)
    .range(`${at}.priority`, Priority, { min: 1, max: priorityMax })
    .range(`${at}.fixedRate`, FixedRate, { min: 0, max: 1 })
    .range(`${at}.reservoirSize`, ReservoirSize, { min: 0 })
    .range(`${at}.version`, Version, { min: 1 })
    .check();
  if (rule.RuleName && !printable.test(rule.RuleName))
    throw invalidRequest("RuleName of a sampling rule must have printable characters only");
  if (Version !== ruleVersion) throw invalidRequest(`Version of a sampling rule must be ${ruleVersion}`);
}

/**
 * The model bounds the numbers of a new rule only, so those of an update are X-Ray's own to refuse.
 *
 * @throws ValidationException naming every broken constraint, SerializationException, InvalidRequestException
 */
export function checkRuleUpdate(update: SamplingRuleUpdate): void {
  const at = "samplingRuleUpdate";
  const { Priority, FixedRate, ReservoirSize } = update;
  requireInt32(at, { priority: Priority, reservoirSize: ReservoirSize });
  matchConstraints(at, update).check();
  refuseOutside("Priority", Priority, 1, priorityMax);
  refuseOutside("FixedRate", FixedRate, 0, 1);
  refuseOutside("ReservoirSize", ReservoirSize, 0, Number.POSITIVE_INFINITY);
}

/** @throws InvalidRequestException for a change that the Default rule does not take. */
export function checkDefaultRuleUpdate(update: SamplingRuleUpdate): void {
  const { RuleName, RuleARN, FixedRate, ReservoirSize, SamplingRateBoost, ...others } = update;
  if (Object.values(others).some((value) => value !== undefined && value !== null))
    throw invalidRequest("Invalid update request for default sampling rule");
}

/** @returns the rule as it is stored: members of the model only, without the ARN, which follows from the name. */
export function newRule(input: SamplingRule): SamplingRule {
  const { RuleARN, ...rule } = input;
  return { ...rule, Attributes: rule.Attributes ?? {} };
}

/** @returns the rule with the members that the update gives. Name, ARN and version stay. */
export function updatedRule<Rule extends SamplingRule>(rule: Rule, update: SamplingRuleUpdate): Rule {
  const { RuleName, RuleARN, ...members } = update;
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return { ...rule, ...Object.fromEntries(given) };
}

/** What new rules and updates have in common. */
function matchConstraints(at: string, rule: SamplingRule | SamplingRuleUpdate): Constraints {
  const { SamplingRateBoost: boost } = rule;
  requireInt32(`${at}.samplingRateBoost`, { cooldownWindowMinutes: boost?.CooldownWindowMinutes });
  return new Constraints()
    .length(`${at}.ruleName`, rule.RuleName, { min: 1, max: 32 })
    .length(`${at}.resourceARN`, rule.ResourceARN, { max: 500 })
    .length(`${at}.serviceName`, rule.ServiceName, { max: 64 })
    .length(`${at}.serviceType`, rule.ServiceType, { max: 64 })
    .length(`${at}.host`, rule.Host, { max: 64 })
    .length(`${at}.hTTPMethod`, rule.HTTPMethod, { max: 10 })
    .length(`${at}.uRLPath`, rule.URLPath, { max: 128 })
    .map(`${at}.attributes`, rule.Attributes, { max: attributesMax, key: attributeLength, value: attributeLength })
    .range(`${at}.samplingRateBoost.maxRate`, boost?.MaxRate, { min: 0, max: 1 })
    .range(`${at}.samplingRateBoost.cooldownWindowMinutes`, boost?.CooldownWindowMinutes, { min: 0 });
}

function refuseOutside(name: string, value: number | undefined | null, min: number, max: number): void {
  if (value === undefined || value === null || (value >= min && value <= max)) return;
  const bounds = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `from ${min} to ${max}`;
  throw invalidRequest(`${name} of a sampling rule must be ${bounds}`);
}
