import { compilePolicy } from "../../../identity/policy/compile.js";
import { type PolicyStatement, parsePolicy } from "../../../identity/policy/document.js";
import { MalformedPolicy } from "../../../identity/policy/malformed-policy.js";
import { cloudTrailError } from "../errors.js";

/** What the policy of a kind of resource may give. Source: CloudTrail User Guide, "Resource-based policy examples". */
export const policyActions = {
  channel: ["cloudtrail-data:PutAuditEvents"],
  dashboard: ["cloudtrail:StartDashboardRefresh"],
  eventdatastore: [
    "cloudtrail:CancelQuery",
    "cloudtrail:DescribeQuery",
    "cloudtrail:GenerateQuery",
    "cloudtrail:GenerateQueryResultsSummary",
    "cloudtrail:GetEventDataStore",
    "cloudtrail:GetQueryResults",
    "cloudtrail:ListQueries",
    "cloudtrail:StartQuery",
  ],
} as const;

const statementsMax = 20;
const principalsMax = 50;
const externalIdKey = "cloudtrail:externalid";
const externalIdPattern = /^[\w+=,.@:/-]{2,1224}$/;

/** @throws ResourcePolicyNotValid, which says what of the policy is not allowed. */
export function checkPolicy(text: string, arn: string, kind: keyof typeof policyActions): void {
  const statements = statementsOf(text);
  if (statements.length > statementsMax) throw notValid(`The policy has more than ${statementsMax} statements.`);
  for (const statement of statements) {
    if (statement.actions.negated) throw notValid("NotAction is not allowed.");
    checkActions(statement.actions.patterns, kind);
    checkPrincipals(statement);
    const { resources } = statement;
    if (resources?.negated !== false || resources.patterns.length !== 1 || resources.patterns[0] !== arn)
      throw notValid(`The resource of each statement must be ${arn}.`);
    if (kind === "channel") checkExternalId(statement);
  }
}

function statementsOf(text: string): readonly PolicyStatement[] {
  try {
    const document = parsePolicy(text, "resource");
    // What only shows when it is made into functions: principals, operators, variables.
    compilePolicy(document);
    return document.statements;
  } catch (problem) {
    if (!(problem instanceof MalformedPolicy)) throw problem;
    throw notValid(problem.message);
  }
}

function checkActions(patterns: readonly string[], kind: keyof typeof policyActions): void {
  const allowed: readonly string[] = policyActions[kind];
  if (kind === "channel" && patterns.length !== 1) throw notValid(`The one action of a statement is ${allowed[0]}.`);
  const lower = allowed.map((action) => action.toLowerCase());
  const other = patterns.find((pattern) => !lower.includes(pattern.toLowerCase()));
  if (other !== undefined)
    throw notValid(`The action ${other.slice(0, 128)} is not one of a ${kind}'s policy: ${allowed.join(", ")}.`);
}

function checkPrincipals({ principal }: PolicyStatement): void {
  if (principal === undefined || principal.negated) throw notValid("NotPrincipal is not allowed.");
  const { element } = principal;
  const count = element === "*" ? 1 : (element.AWS?.length ?? 0) + (element.Service?.length ?? 0);
  if (count > principalsMax) throw notValid(`A statement has more than ${principalsMax} principals.`);
}

/** The key that a call must know. Any other operator would let a call without it pass. */
function checkExternalId({ conditions }: PolicyStatement): void {
  for (const [operator, keys] of Object.entries(conditions))
    for (const [key, values] of Object.entries(keys)) {
      if (key.toLowerCase() !== externalIdKey) continue;
      if (operator !== "StringEquals") throw notValid("cloudtrail:ExternalId is compared with StringEquals alone.");
      if (!values.every((value) => externalIdPattern.test(value)))
        throw notValid("An external id has 2 to 1224 of the characters A-Z, a-z, 0-9 and _+=,.@:/-");
    }
}

function notValid(message: string) {
  return cloudTrailError("ResourcePolicyNotValid", message);
}
