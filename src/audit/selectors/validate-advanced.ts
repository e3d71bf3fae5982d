import type { AdvancedEventSelector, AdvancedFieldSelector } from "@aws-sdk/client-cloudtrail";
import { type Operator, operators } from "./selectors.js";

/** AWS's limits. Source: CloudTrail API Reference, PutEventSelectors, and "Quotas in AWS CloudTrail". */
export const advancedLimits = {
  valuesMax: 500,
  nameCharsMax: 1000,
  fieldCharsMax: 1000,
  valueCharsMax: 2048,
  /** Of an event data store; of a trail the values alone are counted. */
  storeSelectorsMax: 5,
} as const;

type Check = (values: readonly string[]) => boolean;

/** What one field allows in one category. An operator that is not named is not allowed. */
interface FieldRule {
  readonly operators: readonly Operator[];
  readonly values?: Check;
  readonly valuesMax?: number;
}

const any: FieldRule = { operators };
const excludable = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
const among =
  (allowed: readonly string[]): Check =>
  (values) =>
    values.every((value) => allowed.includes(value));

const readOnly: FieldRule = { operators: ["Equals"], values: among(["true", "false"]) };
const oneValue: FieldRule = { operators: ["Equals"], valuesMax: 1 };
const fromConsole: FieldRule = { operators: ["Equals", "NotEquals"], values: among(["true"]) };

type CategoryRules = Readonly<Record<string, Readonly<Record<string, FieldRule>>>>;

/**
 * The fields of each category a trail may select. Source: CloudTrail API Reference, AdvancedFieldSelector, and
 * "Filtering data events by using advanced event selectors".
 */
const trailRules: CategoryRules = {
  Management: {
    eventCategory: oneValue,
    eventSource: { operators: ["NotEquals"], values: among(excludable) },
    readOnly,
  },
  Data: {
    eventCategory: oneValue,
    "resources.type": { ...oneValue, values: ([type = ""]) => /^AWS::\w+:{1,2}\w+$/.test(type) },
    "resources.ARN": any,
    eventSource: any,
    eventName: any,
    readOnly,
    eventType: any,
    sessionCredentialFromConsole: fromConsole,
    "userIdentity.arn": any,
  },
  NetworkActivity: {
    eventCategory: oneValue,
    eventSource: oneValue,
    eventName: any,
    errorCode: { operators: ["Equals"], values: among(["VpceAccessDenied"]) },
    vpcEndpointId: any,
  },
};

const alone = { eventCategory: oneValue };

/** An event data store selects management events more finely than a trail, and categories that no trail has. */
const storeRules: CategoryRules = {
  ...trailRules,
  Management: {
    eventCategory: oneValue,
    eventSource: any,
    readOnly,
    eventName: any,
    eventType: any,
    sessionCredentialFromConsole: fromConsole,
    "userIdentity.arn": any,
  },
  Insight: alone,
  ActivityAuditLog: alone,
  ConfigurationItem: alone,
  Evidence: alone,
};

const requiredOf: Readonly<Record<string, readonly string[]>> = {
  Management: [],
  Data: ["resources.type"],
  NetworkActivity: ["eventSource"],
};

/** @returns what is wrong, in words for the caller; undefined if nothing is. */
export function problemOfAdvancedSelectors(selectors: readonly AdvancedEventSelector[]): string | undefined {
  return problemOfSelectors(selectors, trailRules);
}

/** What an event data store holds, by the categories it selects: records of one shape. */
export type StoreKind = "CloudTrail" | "Insight" | "ActivityAuditLog" | "ConfigurationItem" | "Evidence";

/** Of valid selectors of an event data store. */
export function kindOfStore(selectors: readonly AdvancedEventSelector[]): StoreKind {
  const category = selectors[0] && categoryOf(selectors[0]);
  return category === undefined || category in trailRules ? "CloudTrail" : (category as StoreKind);
}

/** As `problemOfAdvancedSelectors`, for an event data store. */
export function problemOfStoreSelectors(selectors: readonly AdvancedEventSelector[]): string | undefined {
  if (selectors.length > advancedLimits.storeSelectorsMax)
    return `An event data store can have at most ${advancedLimits.storeSelectorsMax} advanced event selectors.`;
  const problem = problemOfSelectors(selectors, storeRules);
  if (problem !== undefined) return problem;
  const kind = kindOfStore(selectors);
  if (selectors.some((selector) => kindOfStore([selector]) !== kind))
    return "An event data store cannot mix CloudTrail events with events of another kind.";
  return undefined;
}

function problemOfSelectors(
  selectors: readonly AdvancedEventSelector[],
  categories: CategoryRules,
): string | undefined {
  if (selectors.length === 0) return "At least one advanced event selector must be given.";
  let values = 0;
  for (const selector of selectors) {
    const fields = selector.FieldSelectors ?? [];
    for (const field of fields) for (const operator of operators) values += field[operator]?.length ?? 0;
    if (values > advancedLimits.valuesMax)
      return `The values of all advanced event selectors exceed the limit of ${advancedLimits.valuesMax}.`;
    const problem = problemOfSelector(selector, categories);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function categoryOf(selector: AdvancedEventSelector): string | undefined {
  return selector.FieldSelectors?.find((field) => field.Field === "eventCategory")?.Equals?.[0];
}

function problemOfSelector(selector: AdvancedEventSelector, categories: CategoryRules): string | undefined {
  const fields = selector.FieldSelectors ?? [];
  if ((selector.Name ?? "").length > advancedLimits.nameCharsMax)
    return `The name of an advanced event selector has more than ${advancedLimits.nameCharsMax} characters.`;
  if (fields.length === 0) return "An advanced event selector must have at least one field selector.";
  for (const field of fields) {
    const problem = problemOfShape(field);
    if (problem !== undefined) return problem;
  }

  const category = categoryOf(selector);
  if (category === undefined) return "An advanced event selector must have eventCategory with Equals.";
  const rules = Object.hasOwn(categories, category) ? categories[category] : undefined;
  if (rules === undefined) return `Value ${category} for eventCategory is invalid.`;
  for (const required of requiredOf[category] ?? [])
    if (!fields.some((field) => field.Field === required))
      return `An advanced event selector of category ${category} must have ${required}.`;

  const seen = new Set<string>();
  for (const field of fields) {
    const name = field.Field as string;
    if (seen.has(name)) return `Field ${name} is given more than once in an advanced event selector.`;
    seen.add(name);
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return `Field ${name} is not valid for eventCategory ${category}.`;
    const problem = problemOfField(field, rule);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfShape(field: AdvancedFieldSelector): string | undefined {
  const name = field.Field ?? "";
  if (name === "" || name.length > advancedLimits.fieldCharsMax || !/^[\w|.]+$/.test(name))
    return `Field ${name.slice(0, 100)} is invalid.`;
  const given = operators.filter((operator) => field[operator] !== undefined);
  if (given.length === 0) return `Field ${name} must have at least one operator.`;
  for (const operator of given) {
    const values = field[operator] ?? [];
    if (values.length === 0) return `${operator} of field ${name} must have at least one value.`;
    const bad = values.find((value) => value.length === 0 || value.length > advancedLimits.valueCharsMax);
    if (bad !== undefined)
      return `A value of ${operator} of field ${name} must have 1 to ${advancedLimits.valueCharsMax} characters.`;
  }
  return undefined;
}

function problemOfField(field: AdvancedFieldSelector, rule: FieldRule): string | undefined {
  for (const operator of operators) {
    const values = field[operator];
    if (values === undefined) continue;
    if (!rule.operators.includes(operator)) return `Operator ${operator} is not valid for field ${field.Field}.`;
    if (rule.valuesMax !== undefined && values.length > rule.valuesMax)
      return `Field ${field.Field} must have exactly one value.`;
    if (rule.values && !rule.values(values)) return `Value ${values.join(", ")} for ${field.Field} is invalid.`;
  }
  return undefined;
}
