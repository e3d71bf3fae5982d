import type { PolicyKind, PolicyStatement } from "../../../../src/identity/policy/document.js";
import { compilePattern, patternTokens } from "../../../../src/identity/policy/pattern.js";

/** With any of these on every resource one can give oneself all others. */
const selfPromoting = [
  "iam:AttachUserPolicy",
  "iam:AttachRolePolicy",
  "iam:AttachGroupPolicy",
  "iam:PutUserPolicy",
  "iam:PutRolePolicy",
  "iam:PutGroupPolicy",
  "iam:AddUserToGroup",
  "iam:CreatePolicyVersion",
  "iam:SetDefaultPolicyVersion",
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:UpdateLoginProfile",
  "iam:UpdateAssumeRolePolicy",
  "iam:DeleteUserPermissionsBoundary",
  "iam:DeleteRolePermissionsBoundary",
];

/** What of a statement is wider than it looks, or does nothing. */
export function warningsOf(
  { effect, actions, resources, conditions, principal }: PolicyStatement,
  kind: PolicyKind,
  knownActions?: readonly string[],
): string[] {
  const warnings: string[] = [];
  const free = Object.keys(conditions).length === 0;
  const everywhere = resources !== undefined && !resources.negated && resources.patterns.includes("*");
  const allows = effect === "Allow";
  const matched = (action: string) => matchesAny(actions.patterns, action) !== actions.negated;
  if (allows && everywhere && !actions.negated && actions.patterns.some(isEverything))
    warnings.push("Whoever has this may do everything, as an administrator.");
  else if (allows && everywhere && free && selfPromoting.some(matched))
    warnings.push(
      `With ${selfPromoting.filter(matched).slice(0, 2).join(" and ")} on every resource one can give oneself any other permission.`,
    );
  if (allows && actions.negated) warnings.push("NotAction with Allow also allows actions that are added later.");
  if (allows && resources?.negated) warnings.push("NotResource with Allow also allows resources that are made later.");
  if (allows && free && kind !== "identity" && isAnyone(principal))
    warnings.push("Anyone may, whoever signed the call: name who, or add a condition.");
  if (!allows && "false" === firstValue(conditions, "Bool", "aws:multifactorauthpresent"))
    warnings.push(
      "Calls signed with a lasting key do not say whether there was a second factor, so Bool does not deny them: write BoolIfExists.",
    );
  if (knownActions !== undefined)
    for (const pattern of actions.patterns)
      if (!isEverything(pattern) && !knownActions.some((action) => matchesAny([pattern], action)))
        warnings.push(`Nothing here is called ${pattern}, so it ${allows ? "allows" : "denies"} nothing here.`);
  return warnings;
}

export function isEverything(pattern: string): boolean {
  return pattern === "*" || pattern === "*:*";
}

/** As the service compares: in any case. */
export function matchesAny(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => compilePattern(patternTokens(pattern.toLowerCase()))(action.toLowerCase()));
}

function isAnyone(principal: PolicyStatement["principal"]): boolean {
  if (principal === undefined || principal.negated) return principal !== undefined;
  return principal.element === "*" || (principal.element.AWS?.includes("*") ?? false);
}

function firstValue(conditions: PolicyStatement["conditions"], operator: string, key: string): string | undefined {
  const byKey = Object.entries(conditions).find(([name]) => name === operator)?.[1] ?? {};
  return Object.entries(byKey)
    .find(([name]) => name.toLowerCase() === key)?.[1]?.[0]
    ?.toLowerCase();
}
