import {
  type MaskingRule,
  maskingLimits,
  problemOfTargets,
  type Replacement,
  replacements,
} from "../../../tracing/masking/rule.js";
import { invalidRequest } from "../errors.js";
import type { StoredRule } from "./stored-rules.js";

/** A rule as callers write it; what it is of is judged here. */
export interface RuleInput {
  readonly RuleName?: unknown;
  readonly AnnotationKeys?: unknown;
  readonly MetadataPaths?: unknown;
  readonly Members?: unknown;
  readonly QueryParameters?: unknown;
  readonly Headers?: unknown;
  readonly Detectors?: unknown;
  readonly Replacement?: unknown;
}

const members: readonly string[] = [
  "RuleName",
  "AnnotationKeys",
  "MetadataPaths",
  "Members",
  "QueryParameters",
  "Headers",
  "Detectors",
  "Replacement",
];
const ruleName = new RegExp(`^[A-Za-z0-9_.-]{1,${maskingLimits.nameLength}}$`);

/** @throws ServiceError InvalidRequestException */
export function ruleOfInput(input: RuleInput): MaskingRule {
  const unknown = Object.keys(input).find((member) => !members.includes(member));
  // What is spelled wrongly would mask nothing.
  if (unknown !== undefined) throw invalidRequest(`A masking rule has no member ${unknown.slice(0, 100)}`);
  const replacement = input.Replacement ?? "MARK";
  if (!replacements.includes(replacement as Replacement))
    throw invalidRequest(`Replacement must be one of ${replacements.join(", ")}`);
  const rule: MaskingRule = {
    name: nameOfInput(input.RuleName),
    annotationKeys: texts("AnnotationKeys", input.AnnotationKeys),
    metadataPaths: paths("MetadataPaths", input.MetadataPaths),
    members: paths("Members", input.Members),
    queryParameters: texts("QueryParameters", input.QueryParameters),
    headers: texts("Headers", input.Headers),
    detectors: texts("Detectors", input.Detectors) as MaskingRule["detectors"],
    replacement: replacement as Replacement,
  };
  const problem = problemOfTargets(rule);
  if (problem !== undefined) throw invalidRequest(`The masking rule ${rule.name} cannot be used: ${problem}`);
  return rule;
}

export function nameOfInput(name: unknown): string {
  if (typeof name !== "string" || !ruleName.test(name))
    throw invalidRequest(
      `RuleName must have 1 to ${maskingLimits.nameLength} letters, digits, dots, dashes and underscores`,
    );
  return name;
}

/** A rule names what is masked and holds no values, so the record keeps all of it. */
export function recordedRule(input: RuleInput): Record<string, unknown> {
  const known = Object.entries(input).filter(([member]) => members.includes(member));
  return Object.fromEntries(known.map(([member, value]) => [member[0]!.toLowerCase() + member.slice(1), value]));
}

function texts(member: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw invalidRequest(`${member} must be a list of texts`);
  return value;
}

function paths(member: string, value: unknown): string[][] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidRequest(`${member} must be a list of paths, each a list of texts`);
  return value.map((path) => texts(`Each path of ${member}`, path ?? 0));
}

/** A rule as callers read it: the lists that say nothing are left out. */
export function ruleView(rule: StoredRule | MaskingRule) {
  const lists = {
    AnnotationKeys: rule.annotationKeys,
    MetadataPaths: rule.metadataPaths,
    Members: rule.members,
    QueryParameters: rule.queryParameters,
    Headers: rule.headers,
    Detectors: rule.detectors,
  };
  return {
    RuleName: rule.name,
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    Replacement: rule.replacement,
    ...("createdMs" in rule && { CreatedAt: rule.createdMs / 1000, ModifiedAt: rule.modifiedMs / 1000 }),
  };
}
