import type { AccessContext, AccessRequest, Decision } from "../access.js";
import type { Caller } from "../caller.js";
import { accountOf, callValues, type PrincipalTags } from "./call-values.js";
import type { CompiledPolicy, PolicyAnswer, PolicyQuestion } from "./compile.js";
import { closerMatch } from "./principal.js";

/** Every policy that has a say in one call. */
export interface ApplicablePolicies {
  /** Of the user or role and the user's groups. Empty for callers that have none. */
  readonly identity: readonly CompiledPolicy[];
  /** Absent where no boundary is set. */
  readonly boundary?: CompiledPolicy;
  /** Absent where the session was made without any; several are one set, in which one Allow suffices. */
  readonly session?: readonly CompiledPolicy[];
  readonly resource?: CompiledPolicy;
  readonly tags: PrincipalTags;
}

type PolicyType = "identity-based policy" | "resource-based policy" | "permissions boundary" | "session policy";

const allowed: Decision = { allowed: true };

/**
 * IAM's evaluation logic: an explicit Deny anywhere wins; then, in the caller's own account, an identity policy or a
 * resource policy must allow, in another account both; boundaries and session policies narrow what identity policies
 * give. Role trust and KMS keys (`resourcePolicy.required`) must allow in any case.
 */
export function evaluate(
  caller: Caller,
  access: AccessRequest,
  context: AccessContext,
  policies: ApplicablePolicies,
): Decision {
  const question: PolicyQuestion = {
    caller,
    action: access.action.toLowerCase(),
    resource: access.resource,
    values: callValues(caller, access, context, policies.tags),
  };
  const answers: PolicyAnswers = {
    identity: together(policies.identity, question),
    resource: policies.resource?.answer(question) ?? nothing,
    ...(policies.boundary && { boundary: policies.boundary.answer(question) }),
    ...(policies.session && { session: together(policies.session, question) }),
  };
  return withAnswersBeside(decide(caller, access, answers), access, answers);
}

/** Most calls are without such answers, and get their decision as it is. */
function withAnswersBeside(decision: Decision, access: AccessRequest, answers: PolicyAnswers): Decision {
  const resource = withGrant(answers.resource, access);
  const { session } = answers;
  if (resource.effect === "none" && session === undefined) return decision;
  return {
    ...decision,
    ...(resource.effect !== "none" && { resourceAnswer: resource.effect === "deny" ? "deny" : resource.match }),
    ...(session && { sessionAnswer: session.effect }),
  };
}

/** What the policies of each kind say together. */
export interface PolicyAnswers {
  readonly identity: PolicyAnswer;
  readonly resource: PolicyAnswer;
  readonly boundary?: PolicyAnswer;
  readonly session?: PolicyAnswer;
}

export function decide(caller: Caller, access: AccessRequest, answers: PolicyAnswers): Decision {
  const resource = withGrant(answers.resource, access);
  const sameAccount = (access.resourceAccountId ?? accountOf(caller)) === accountOf(caller);
  switch (caller.kind) {
    case "root":
      return decideRoot(caller, access, resource, sameAccount);
    case "service":
      return decideService(caller, access, resource, sameAccount);
    case "web-identity":
    case "anonymous":
      if (resource.effect === "allow") return allowed;
      return refuse(caller, access, "resource-based policy", resource.effect === "deny");
    default:
      return decidePrincipal(caller, access, { ...answers, resource }, sameAccount);
  }
}

const nothing: PolicyAnswer = { effect: "none" };

/** A grant adds to what the policy of a key allows; what the policy denies it does not give back. */
function withGrant(answer: PolicyAnswer, { resourcePolicy }: AccessRequest): PolicyAnswer {
  const granted = resourcePolicy?.granted;
  if (granted === undefined || answer.effect === "deny") return answer;
  const match = answer.effect === "allow" ? closerMatch(answer.match, granted) : granted;
  return { effect: "allow", match: match ?? granted };
}

function decidePrincipal(
  caller: Caller,
  access: AccessRequest,
  { identity, resource, boundary, session }: PolicyAnswers,
  sameAccount: boolean,
): Decision {
  if (caller.kind === "federated-user" && /^(iam|sts):/.test(access.action))
    return refuse(caller, access, "session policy", false);
  if (identity.effect === "deny") return refuse(caller, access, "identity-based policy", true);
  if (resource.effect === "deny") return refuse(caller, access, "resource-based policy", true);
  if (boundary?.effect === "deny") return refuse(caller, access, "permissions boundary", true);
  if (session?.effect === "deny") return refuse(caller, access, "session policy", true);

  const grant = resource.effect === "allow" ? resource.match : undefined;
  if (sameAccount && (grant === "user" || grant === "session")) return allowed;
  const identityNeeded = !sameAccount || grant === undefined || grant === "account";
  if (identityNeeded && identity.effect !== "allow") return refuse(caller, access, "identity-based policy", false);
  const grantNeeded = !sameAccount || access.resourcePolicy?.required === true;
  if (grantNeeded && grant === undefined) return refuse(caller, access, "resource-based policy", false);
  if (boundary && boundary.effect !== "allow") return refuse(caller, access, "permissions boundary", false);
  if (session && session.effect !== "allow") return refuse(caller, access, "session policy", false);
  return allowed;
}

/** The root user may do everything in its account but what a resource policy keeps from it. */
function decideRoot(caller: Caller, access: AccessRequest, resource: PolicyAnswer, sameAccount: boolean): Decision {
  // AWS lets the owner's root repair a bucket policy that locks everyone out.
  if (sameAccount && bucketPolicyActions.has(access.action)) return allowed;
  if (resource.effect === "deny") return refuse(caller, access, "resource-based policy", true);
  const grantNeeded = !sameAccount || access.resourcePolicy?.required === true;
  if (grantNeeded && resource.effect !== "allow") return refuse(caller, access, "resource-based policy", false);
  return allowed;
}

const bucketPolicyActions: ReadonlySet<string> = new Set([
  "s3:GetBucketPolicy",
  "s3:PutBucketPolicy",
  "s3:DeleteBucketPolicy",
]);

/** A service has no policies of its own: resources let it in, and within its own API it needs nobody's leave. */
function decideService(
  caller: Caller & { kind: "service" },
  access: AccessRequest,
  resource: PolicyAnswer,
  sameAccount: boolean,
): Decision {
  if (resource.effect === "deny") return refuse(caller, access, "resource-based policy", true);
  if (resource.effect === "allow") return allowed;
  const ownApi = `${access.action.split(":", 1)[0]}.amazonaws.com` === caller.service;
  if (ownApi && sameAccount && access.resourcePolicy?.required !== true) return allowed;
  return refuse(caller, access, "resource-based policy", false);
}

/** Policies of one kind count as one. */
function together(policies: readonly CompiledPolicy[], question: PolicyQuestion): PolicyAnswer {
  let answer = nothing;
  for (const policy of policies) {
    const one = policy.answer(question);
    if (one.effect === "deny") return one;
    if (one.effect === "allow") answer = one;
  }
  return answer;
}

/** IAM's words. */
export function refuse(caller: Caller, access: AccessRequest, type: PolicyType, explicit: boolean): Decision {
  // What a stranger with a token is told, as AWS words it: nothing of the role.
  if (caller.kind === "web-identity")
    return { allowed: false, message: `Not authorized to perform ${access.action}`, explicit };
  const onResource = access.resource === "*" ? "" : ` on resource: ${access.resource}`;
  const why = explicit
    ? `with an explicit deny in ${type === "identity-based policy" ? "an" : "a"} ${type}`
    : `because no ${type} allows the ${access.action} action`;
  const message = `User: ${nameOf(caller)} is not authorized to perform: ${access.action}${onResource} ${why}`;
  return { allowed: false, message, explicit };
}

/** The ARN of a user or session; the name of a service. */
export function nameOf(caller: Caller): string {
  if (caller.kind === "anonymous") return "anonymous";
  if (caller.kind === "web-identity") return `${caller.provider}:${caller.subject}`;
  return caller.kind === "service" ? caller.service : caller.arn;
}
