import type { AccessContext, AccessRequest, Decision } from "../access.js";
import type { Caller } from "../caller.js";
import { bothRows, eitherRows, everyRow, isEveryRow, isNoRow, type RowCondition } from "../row-condition.js";
import { callValues } from "./call-values.js";
import {
  type AnswerOfRows,
  type CompiledPolicy,
  eachWithItsRows,
  type PolicyAnswer,
  type PolicyQuestion,
} from "./compile.js";
import { type ApplicablePolicies, decide, evaluate, type PolicyAnswers, refuse } from "./evaluate.js";
import { UndecidableRows } from "./row-conditions.js";

/**
 * As `evaluate`, for an access to rows: allowed if any row is, and for which of them. It is `evaluate` for each row with
 * the row's values under their keys; as these are not known yet, the one rule of `decide` is asked once for every way in
 * which the policies may answer.
 */
export function evaluateRows(
  caller: Caller,
  access: AccessRequest,
  context: AccessContext,
  policies: ApplicablePolicies,
): Decision {
  const { identity, session, boundary, resource } = policies;
  if (![...identity, ...(session ?? []), boundary, resource].some((policy) => policy?.answersOfRows))
    return evaluate(caller, access, context, policies);
  const question: PolicyQuestion = {
    caller,
    action: access.action.toLowerCase(),
    resource: access.resource,
    values: callValues(caller, access, context, policies.tags),
  };
  let rows: RowCondition;
  try {
    rows = allowedRows(caller, access, {
      identity: together(identity, question),
      resource: together(resource ? [resource] : [], question),
      ...(boundary && { boundary: together([boundary], question) }),
      ...(session && { session: together(session, question) }),
    });
  } catch (error) {
    if (!(error instanceof UndecidableRows)) throw error;
    const refused = refuse(caller, access, "identity-based policy", false);
    return refused.allowed ? refused : { ...refused, message: `${refused.message}: ${error.message}` };
  }
  if (isNoRow(rows)) {
    // In the words for a row without values; where that one would do, there is none like it.
    const plain = evaluate(caller, access, context, policies);
    return plain.allowed ? refuse(caller, access, "identity-based policy", false) : plain;
  }
  // Which rows a session leaves cannot be said again later, so that is all that is said.
  const beside = session && { sessionAnswer: "by-rows" as const };
  return { allowed: true, ...(!isEveryRow(rows) && access.rows === "read" && { rows }), ...beside };
}

type AnswersOfRows = { readonly [Kind in keyof PolicyAnswers]: readonly AnswerOfRows[] };

function allowedRows(caller: Caller, access: AccessRequest, answers: AnswersOfRows): RowCondition {
  const none = [undefined];
  const found: RowCondition[] = [];
  for (const identity of answers.identity)
    for (const resource of answers.resource)
      for (const boundary of answers.boundary ?? none)
        for (const session of answers.session ?? none) {
          const decision = decide(caller, access, {
            identity: identity.answer,
            resource: resource.answer,
            ...(boundary && { boundary: boundary.answer }),
            ...(session && { session: session.answer }),
          });
          if (!decision.allowed) continue;
          found.push(bothRows(identity.rows, resource.rows, boundary?.rows ?? everyRow, session?.rows ?? everyRow));
        }
  return eitherRows(...found);
}

/** Policies of one kind count as one: any may deny, and of what none denies, any may allow. */
function together(policies: readonly CompiledPolicy[], question: PolicyQuestion): AnswerOfRows[] {
  const all = policies.flatMap(
    (policy) => policy.answersOfRows?.(question) ?? [{ answer: policy.answer(question), rows: everyRow }],
  );
  return eachWithItsRows((wanted) =>
    wanted.effect === "none"
      ? everyRow
      : eitherRows(...all.filter(({ answer }) => isSame(answer, wanted)).map(({ rows }) => rows)),
  );
}

function isSame(one: PolicyAnswer, other: PolicyAnswer): boolean {
  return (
    one.effect === other.effect && (one.effect !== "allow" || other.effect !== "allow" || one.match === other.match)
  );
}
