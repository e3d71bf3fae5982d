import type { AccessFact, AccessGroup } from "../../storage/access-history.js";
import type { AccessContext, Decision } from "../access.js";
import { type AskedQuestion, readAskedAccess } from "../asked-access.js";
import type { Caller } from "../caller.js";
import type { CompiledPolicy, PolicyAnswer } from "../policy/compile.js";
import { type ApplicablePolicies, evaluate } from "../policy/evaluate.js";
import { evaluateRows } from "../policy/evaluate-rows.js";

/** A user or role whose calls are replayed. */
export interface ReplayedPrincipal {
  readonly kind: "user" | "role";
  readonly accountId: string;
  /** `AIDA…`, `AROA…`. */
  readonly id: string;
  readonly name: string;
  readonly arn: string;
}

/** What decides beside what was recorded. */
export type ReplayedPolicies = Pick<ApplicablePolicies, "identity" | "boundary" | "tags">;

/** One question of a group of calls, and what other policies say to it. */
export interface ReplayedQuestion {
  readonly question: AskedQuestion;
  readonly decision: Decision;
}

/**
 * Asks policies what a group of calls asked. What policies of resources and of the session had said is taken as it was.
 *
 * @param group with the facts that the policies need (`factsNeeded`).
 * @returns undefined for calls that were recorded without what they asked. `complete` is false where a call asked for
 *   more than is kept of one, or its session allowed some rows.
 */
export function replay(
  principal: ReplayedPrincipal,
  group: AccessGroup,
  policies: ReplayedPolicies,
): { readonly questions: readonly ReplayedQuestion[]; readonly complete: boolean } | undefined {
  const asked = readAskedAccess(group.access);
  if (asked === undefined) return undefined;
  const caller = callerOf(principal, group.facts);
  const context = contextOf(group);
  const questions = asked.questions.map((question) => {
    const { access, grantRequired, resourceAnswer, sessionAnswer } = question;
    const evaluateBy = access.rows === undefined ? evaluate : evaluateRows;
    const decision = evaluateBy(caller, { ...access, resourcePolicy: { required: grantRequired } }, context, {
      ...policies,
      ...(resourceAnswer !== undefined && { resource: always(answerOf(resourceAnswer)) }),
      ...(sessionAnswer !== undefined && { session: [always(sessionAnswers[sessionAnswer])] }),
    });
    return { question, decision };
  });
  const known = asked.questions.every(({ sessionAnswer }) => sessionAnswer !== "by-rows");
  return { questions, complete: known && asked.omitted === 0 };
}

/** The first demand that was refused ends a call. */
export function endOf(questions: readonly ReplayedQuestion[]): ReplayedQuestion | undefined {
  return questions.find(({ question, decision }) => question.demanded && !decision.allowed);
}

const sessionAnswers: Readonly<Record<NonNullable<AskedQuestion["sessionAnswer"]>, PolicyAnswer>> = {
  allow: { effect: "allow", match: "anyone" },
  deny: { effect: "deny" },
  none: { effect: "none" },
  // It allowed some rows; which, nobody knows.
  "by-rows": { effect: "allow", match: "anyone" },
};

function answerOf(answer: NonNullable<AskedQuestion["resourceAnswer"]>): PolicyAnswer {
  return answer === "deny" ? { effect: "deny" } : { effect: "allow", match: answer };
}

function always(answer: PolicyAnswer): CompiledPolicy {
  return { answer: () => answer };
}

type Facts = Readonly<Partial<Record<AccessFact, string>>>;

/** The record keeps the time of issue in whole seconds. */
function callerOf({ kind, accountId, id, name, arn }: ReplayedPrincipal, facts: Facts): Caller {
  const { sessionIssued = "", multiFactor = "", sourceIdentity = "", sessionName = "" } = facts;
  const temporary = sessionIssued !== "" || multiFactor !== "";
  const session = {
    accountId,
    accessKeyId: "",
    ...(temporary && { sessionIssuedMs: sessionIssued === "" ? 0 : Date.parse(sessionIssued) }),
    ...(temporary && { mfaAuthenticated: multiFactor === "true" }),
    ...(sourceIdentity !== "" && { sourceIdentity }),
  };
  if (kind === "user") return { ...session, kind, arn, userId: id, userName: name };
  const role = { roleArn: arn, roleId: id, roleName: name, sessionName };
  return { ...session, ...role, kind: "role-session", arn };
}

function contextOf({ facts, firstMs }: AccessGroup): AccessContext {
  return {
    nowMs: firstMs,
    region: facts.region ?? "",
    sourceIpAddress: facts.sourceIp ?? "",
    userAgent: facts.userAgent ?? "",
    secureTransport: facts.secureTransport === "1",
  };
}
