import type { Caller } from "../caller.js";
import type { ConditionValues } from "./condition-values.js";
import { type Condition, compileConditions } from "./conditions.js";
import { type PolicyDocument, type PolicyKind, type PolicyStatement, parsePolicy } from "./document.js";
import { compilePattern, type Matcher, patternTokens } from "./pattern.js";
import { closerMatch, compilePrincipal, type PrincipalMatch } from "./principal.js";
import { compileTemplate, parseTemplate } from "./template.js";

/** What a statement is asked about. */
export interface PolicyQuestion {
  readonly caller: Caller;
  /** In lower case: action names are not case-sensitive. */
  readonly action: string;
  readonly resource: string;
  readonly values: ConditionValues;
}

export type PolicyAnswer =
  | { readonly effect: "deny" }
  /** `match` says how closely a resource policy names the caller; identity policies always match as `anyone`. */
  | { readonly effect: "allow"; readonly match: PrincipalMatch }
  | { readonly effect: "none" };

/** A policy made into functions once, when it changed. */
export interface CompiledPolicy {
  answer(question: PolicyQuestion): PolicyAnswer;
}

const denied: PolicyAnswer = { effect: "deny" };
const silent: PolicyAnswer = { effect: "none" };
const allowedAs: Readonly<Record<PrincipalMatch, PolicyAnswer>> = {
  user: { effect: "allow", match: "user" },
  session: { effect: "allow", match: "session" },
  role: { effect: "allow", match: "role" },
  anyone: { effect: "allow", match: "anyone" },
  account: { effect: "allow", match: "account" },
};

/** @throws MalformedPolicy if the document is not one IAM would take. */
export function compilePolicyText(text: string, kind: PolicyKind): CompiledPolicy {
  return compilePolicy(parsePolicy(text, kind));
}

/** @throws MalformedPolicy for what only shows when it is compiled: operators, principals, variables. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const variables = document.version === "2012-10-17";
  const statements = document.statements.map((statement) => compileStatement(statement, variables));
  const denies = statements.filter(({ effect }) => effect === "Deny");
  const allows = statements.filter(({ effect }) => effect === "Allow");
  return {
    answer: (question) => {
      for (const statement of denies) if (statement.matches(question) !== undefined) return denied;
      let closest: PrincipalMatch | undefined;
      for (const statement of allows) closest = closerMatch(closest, statement.matches(question));
      return closest === undefined ? silent : allowedAs[closest];
    },
  };
}

interface CompiledStatement {
  readonly effect: "Allow" | "Deny";
  /** How the statement applies; undefined if it does not. */
  matches(question: PolicyQuestion): PrincipalMatch | undefined;
}

function compileStatement(statement: PolicyStatement, variables: boolean): CompiledStatement {
  const { effect } = statement;
  const matchesAction = compileActions(statement.actions);
  const matchesResource = compileResources(statement, variables);
  const condition: Condition = compileConditions(statement.conditions, { variables });
  const principal = compileStatementPrincipal(statement);
  return {
    effect,
    matches: (question) => {
      if (!matchesAction(question.action) || !matchesResource(question)) return undefined;
      const match = principal(question.caller);
      return match !== undefined && condition(question.values) ? match : undefined;
    },
  };
}

function compileActions({ patterns, negated }: PolicyStatement["actions"]): Matcher {
  if (!negated && (patterns.includes("*") || patterns.includes("*:*"))) return () => true;
  const exact = new Set(patterns.filter((pattern) => !/[*?]/.test(pattern)).map((pattern) => pattern.toLowerCase()));
  const matchers = patterns
    .filter((pattern) => /[*?]/.test(pattern))
    .map((pattern) => compilePattern(patternTokens(pattern.toLowerCase())));
  return (action) => (exact.has(action) || matchers.some((matches) => matches(action))) !== negated;
}

/**
 * A pattern one of whose variables has no value matches nothing. Under NotResource that would widen an Allow, so there
 * such a statement does not apply at all.
 */
function compileResources(
  { resources, effect }: PolicyStatement,
  variables: boolean,
): (question: PolicyQuestion) => boolean {
  if (!resources || (!resources.negated && resources.patterns.includes("*"))) return () => true;
  const matcherOfs = resources.patterns.map((pattern) =>
    compileTemplate(parseTemplate(pattern, { variables, wildcards: true })),
  );
  if (!resources.negated) {
    return ({ resource, values }) => matcherOfs.some((matcherOf) => matcherOf(values)?.(resource) ?? false);
  }
  const unresolved = effect === "Allow";
  return ({ resource, values }) =>
    !matcherOfs.some((matcherOf) => {
      const matches = matcherOf(values);
      return matches ? matches(resource) : unresolved;
    });
}

function compileStatementPrincipal({ principal }: PolicyStatement): (caller: Caller) => PrincipalMatch | undefined {
  if (!principal) return () => "anyone";
  const test = compilePrincipal(principal.element);
  return principal.negated ? (caller) => (test(caller) === undefined ? "anyone" : undefined) : test;
}
