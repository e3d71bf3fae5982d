import type { SamplingRule, SamplingRuleUpdate } from "@aws-sdk/client-xray";
import { texts } from "../../texts/sampling.js";

/** A rule while it is written: texts as they stand in the fields. */
export interface RuleForm {
  readonly name: string;
  readonly priority: string;
  readonly reservoir: string;
  readonly percent: string;
  readonly service: string;
  readonly type: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly resource: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
  readonly boostPercent: string;
  readonly boostMinutes: string;
}

export type RuleProblems = Partial<Record<keyof RuleForm, string>>;

export const defaultRuleName = "Default";
export const attributesMax = 5;

/** AWS's limits of CreateSamplingRule. */
const lengthsMax = { name: 32, service: 64, type: 64, host: 64, method: 10, path: 128, resource: 500 } as const;
const priorityMax = 9999;
const attributeCharsMax = 32;
/** What 32 bits hold. */
const numberMax = 2 ** 31 - 1;

export const emptyForm: RuleForm = {
  name: "",
  priority: "1000",
  reservoir: "1",
  percent: "5",
  service: "*",
  type: "*",
  host: "*",
  method: "*",
  path: "*",
  resource: "*",
  attributes: [],
  boostPercent: "",
  boostMinutes: "",
};

export function formOf(rule: SamplingRule): RuleForm {
  const boost = rule.SamplingRateBoost;
  const numberText = (number: number | undefined) => (number === undefined ? "" : String(number));
  return {
    name: rule.RuleName ?? "",
    priority: numberText(rule.Priority),
    reservoir: numberText(rule.ReservoirSize),
    percent: numberText(percentOf(rule.FixedRate)),
    service: rule.ServiceName ?? "*",
    type: rule.ServiceType ?? "*",
    host: rule.Host ?? "*",
    method: rule.HTTPMethod ?? "*",
    path: rule.URLPath ?? "*",
    resource: rule.ResourceARN ?? "*",
    attributes: Object.entries(rule.Attributes ?? {}).map(([key, value]) => ({ key, value })),
    boostPercent: numberText(percentOf(boost?.MaxRate)),
    boostMinutes: numberText(boost?.CooldownWindowMinutes),
  };
}

/** The rule as it would be; what cannot be read counts as 0. */
export function ruleOf(form: RuleForm): SamplingRule {
  return {
    RuleName: form.name,
    ResourceARN: form.resource,
    Priority: Number(form.priority) || 0,
    FixedRate: rateOf(form.percent),
    ReservoirSize: Number(form.reservoir) || 0,
    ServiceName: form.service,
    ServiceType: form.type,
    Host: form.host,
    HTTPMethod: form.method,
    URLPath: form.path,
    Version: 1,
    Attributes: Object.fromEntries(form.attributes.map(({ key, value }) => [key, value])),
    ...(form.boostPercent.trim() !== "" && {
      SamplingRateBoost: { MaxRate: rateOf(form.boostPercent), CooldownWindowMinutes: Number(form.boostMinutes) || 0 },
    }),
  };
}

/** What UpdateSamplingRule is to change. The Default rule takes amounts alone. */
export function updateOf(form: RuleForm): SamplingRuleUpdate {
  const { Version: _, RuleName, FixedRate, ReservoirSize, SamplingRateBoost, ...others } = ruleOf(form);
  const amounts = { RuleName, FixedRate, ReservoirSize, ...(SamplingRateBoost && { SamplingRateBoost }) };
  return form.name === defaultRuleName ? amounts : { ...amounts, ...others };
}

/**
 * What the service would refuse, by field.
 *
 * @param before the rule as it is, where one is changed.
 */
export function problemsOf(form: RuleForm, before?: SamplingRule): RuleProblems {
  const { problems } = texts;
  const found: { -readonly [Field in keyof RuleForm]?: string } = {};
  for (const [field, max] of Object.entries(lengthsMax) as [keyof typeof lengthsMax, number][]) {
    if (form[field] === "") found[field] = problems.required;
    if (form[field].length > max) found[field] = problems.length(max);
    else if (/\p{C}/u.test(form[field])) found[field] = problems.printable;
  }
  const isDefault = before?.RuleName === defaultRuleName;
  if (!isDefault && !isWhole(form.priority, 1, priorityMax)) found.priority = problems.wholeNumber(1, priorityMax);
  if (!isWhole(form.reservoir, 0, numberMax)) found.reservoir = problems.wholeNumber(0, undefined);
  if (!isPercent(form.percent)) found.percent = problems.percent;
  const keys = form.attributes.map(({ key }) => key);
  if (form.attributes.some(({ key, value }) => !fits(key) || !fits(value))) found.attributes = problems.attribute;
  else if (new Set(keys).size < keys.length) found.attributes = problems.attributeTwice;
  if (form.boostPercent.trim() === "") {
    if (before?.SamplingRateBoost !== undefined) found.boostPercent = problems.boostStays;
    else if (form.boostMinutes.trim() !== "") found.boostPercent = problems.required;
  } else {
    if (!isPercent(form.boostPercent)) found.boostPercent = problems.percent;
    if (!isWhole(form.boostMinutes, 0, numberMax)) found.boostMinutes = problems.wholeNumber(0, undefined);
  }
  return found;
}

function fits(text: string): boolean {
  return text.length >= 1 && text.length <= attributeCharsMax;
}

function isWhole(text: string, min: number, max: number): boolean {
  return /^\d{1,10}$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;
}

function isPercent(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,12})?$/.test(text.trim()) && Number(text) <= 100;
}

/** 5 % is 0.05, and not 0.05000000000000001. */
function rateOf(percent: string): number {
  return Number((Number(percent) / 100).toPrecision(12)) || 0;
}

function percentOf(rate: number | undefined): number | undefined {
  return rate === undefined ? undefined : Number((rate * 100).toPrecision(12));
}
