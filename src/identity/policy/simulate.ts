import type { AccessRequest } from "../access.js";
import type { Caller } from "../caller.js";
import { type CompiledPolicy, compilePolicy, type PolicyAnswer, type PolicyQuestion } from "./compile.js";
import { conditionKeys, variablesOf } from "./condition-keys.js";
import type { ConditionValues } from "./condition-values.js";
import { type PolicyKind, type PolicyStatement, parsePolicy } from "./document.js";
import { decide } from "./evaluate.js";
import { type Position, statementPositions } from "./statement-positions.js";

/** A policy that a simulation can look into statement by statement. */
export interface SimulatedPolicy {
  readonly id: string;
  readonly compiled: CompiledPolicy;
  readonly statements: readonly SimulatedStatement[];
}

interface SimulatedStatement {
  readonly effect: "Allow" | "Deny";
  readonly compiled: CompiledPolicy;
  /** The same without conditions, and without a resource where that is not known before the call is. */
  readonly bare: CompiledPolicy;
  readonly keys: readonly string[];
  readonly start: Position;
  readonly end: Position;
}

/** @throws MalformedPolicy */
export function simulatedPolicy(id: string, text: string, kind: PolicyKind): SimulatedPolicy {
  const document = parsePolicy(text, kind);
  const positions = statementPositions(text);
  return {
    id,
    compiled: compilePolicy(document),
    statements: document.statements.map((statement, i) => {
      const alone = (one: PolicyStatement) => ({ version: document.version, statements: [one] });
      const { resources, ...elsewhere } = { ...statement, conditions: {} };
      const known = resources && variablesOf({ ...statement, conditions: {} }, document).length === 0;
      return {
        effect: statement.effect,
        compiled: compilePolicy(alone(statement)),
        bare: compilePolicy(alone(known ? { ...elsewhere, resources } : elsewhere)),
        keys: conditionKeys(alone(statement)),
        ...positions[i]!,
      };
    }),
  };
}

export interface Simulation {
  readonly identity: readonly SimulatedPolicy[];
  readonly boundary?: SimulatedPolicy;
  /** Service control policies, from the root of an organization to the account: each level must allow. */
  readonly organization?: readonly (readonly CompiledPolicy[])[];
  readonly resource?: SimulatedPolicy;
}

export type SimulatedDecision = "allowed" | "explicitDeny" | "implicitDeny";

export interface SimulatedResult {
  readonly decision: SimulatedDecision;
  readonly matched: readonly { readonly policy: SimulatedPolicy; readonly start: Position; readonly end: Position }[];
  /** Keys that statements about this action and resource ask for, and that have no value. */
  readonly missing: readonly string[];
  readonly allowedByBoundary?: boolean;
  readonly allowedByOrganization?: boolean;
  readonly identityDecision: SimulatedDecision;
  readonly resourceDecision: SimulatedDecision;
}

/** Decides as a call would be, with the values that are given, and tells which statements made it so. */
export function simulate(
  caller: Caller,
  access: AccessRequest,
  values: ConditionValues,
  { identity, boundary, organization, resource }: Simulation,
): SimulatedResult {
  const question: PolicyQuestion = {
    caller,
    action: access.action.toLowerCase(),
    resource: access.resource,
    values,
  };
  const ask = (policies: readonly CompiledPolicy[]) => together(policies.map((policy) => policy.answer(question)));
  const identityAnswer = ask(identity.map(({ compiled }) => compiled));
  const resourceAnswer = ask(resource ? [resource.compiled] : []);
  const boundaryAnswer = boundary && ask([boundary.compiled]);
  const levels = organization?.map(ask);
  const decided = decide(caller, access, {
    identity: identityAnswer,
    resource: resourceAnswer,
    ...(boundaryAnswer && { boundary: boundaryAnswer }),
  });
  const ofOrganization = levels && decisionOf(strictest(levels));
  const own = decided.allowed ? "allowed" : decided.explicit ? "explicitDeny" : "implicitDeny";
  const decision = ofOrganization && ofOrganization !== "allowed" ? ofOrganization : own;
  const policies = resource ? [...identity, resource] : identity;
  return {
    decision,
    matched: policies.flatMap((policy) =>
      policy.statements
        .filter(({ effect }) => (effect === "Allow" ? decision === "allowed" : decision === "explicitDeny"))
        .filter(({ compiled }) => compiled.answer(question).effect !== "none")
        .map(({ start, end }) => ({ policy, start, end })),
    ),
    missing: missingOf(policies, question),
    ...(boundaryAnswer && { allowedByBoundary: boundaryAnswer.effect === "allow" }),
    ...(ofOrganization && { allowedByOrganization: ofOrganization === "allowed" }),
    identityDecision: decisionOf(identityAnswer),
    resourceDecision: decisionOf(resourceAnswer),
  };
}

function missingOf(policies: readonly SimulatedPolicy[], question: PolicyQuestion): string[] {
  const missing = new Map<string, string>();
  for (const { statements } of policies)
    for (const { bare, keys } of statements) {
      if (bare.answer(question).effect === "none") continue;
      for (const key of keys)
        if (question.values.get(key.toLowerCase()) === undefined && !missing.has(key.toLowerCase()))
          missing.set(key.toLowerCase(), key);
    }
  return [...missing.values()];
}

function together(answers: readonly PolicyAnswer[]): PolicyAnswer {
  return (
    answers.find(({ effect }) => effect === "deny") ??
    answers.find(({ effect }) => effect === "allow") ?? { effect: "none" }
  );
}

function strictest(levels: readonly PolicyAnswer[]): PolicyAnswer {
  return (
    levels.find(({ effect }) => effect === "deny") ??
    levels.find(({ effect }) => effect === "none") ?? { effect: "allow", match: "anyone" }
  );
}

function decisionOf({ effect }: PolicyAnswer): SimulatedDecision {
  return effect === "allow" ? "allowed" : effect === "deny" ? "explicitDeny" : "implicitDeny";
}
