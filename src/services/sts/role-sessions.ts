import type { Credentials, PolicyDescriptorType } from "@aws-sdk/client-sts";
import type { StoredRole } from "../../identity/directory.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import { roleSessionHolder } from "../../identity/service-credentials.js";
import { type SessionHolder, type Sessions, sessionTokenLengthMax } from "../../identity/sessions.js";
import { Constraints } from "../constraints.js";
import { ServiceError } from "../service-error.js";
import { stsValidationError, wireCredentials } from "./sts-answers.js";

const lifetimeSeconds = { min: 900, max: 43_200, default: 3600 };
const policyArnsMax = 10;
const sessionPolicyLengthMax = 2048;
export const namePattern = /^[\w+=,.@-]+$/;

/** What AssumeRole and AssumeRoleWithWebIdentity have in common. */
interface RoleSessionInput {
  readonly RoleArn: string | undefined;
  readonly RoleSessionName: string | undefined;
  readonly DurationSeconds?: number | undefined;
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly PolicyDescriptorType[] | undefined;
}

/** Call `check("ValidationError")` at the end, and then `checkSessionPolicy`. */
export function roleSessionConstraints(input: RoleSessionInput): Constraints {
  return narrowingConstraints(input)
    .length("roleArn", input.RoleArn, { min: 20, max: 2048 })
    .length("roleSessionName", input.RoleSessionName, { min: 2, max: 64 })
    .pattern("roleSessionName", input.RoleSessionName, namePattern)
    .range("durationSeconds", input.DurationSeconds, lifetimeSeconds);
}

type Narrowing = Pick<RoleSessionInput, "Policy" | "PolicyArns">;

export function narrowingConstraints({ Policy, PolicyArns }: Narrowing): Constraints {
  const constraints = new Constraints()
    .length("policy", Policy, { min: 1, max: sessionPolicyLengthMax })
    .length("policyArns", PolicyArns, { max: policyArnsMax });
  PolicyArns?.forEach(({ arn }, i) => {
    constraints.required(`policyArns.${i + 1}.member.arn`, arn);
    constraints.length(`policyArns.${i + 1}.member.arn`, arn, { min: 20, max: 2048 });
  });
  return constraints;
}

/** @throws ServiceError MalformedPolicyDocument */
export function checkSessionPolicy(policy: string | undefined): void {
  if (policy === undefined) return;
  try {
    compilePolicyText(policy, "identity");
  } catch (problem) {
    if (!(problem instanceof MalformedPolicy)) throw problem;
    throw new ServiceError("MalformedPolicyDocument", problem.message, {
      recordedCode: "MalformedPolicyDocumentException",
    });
  }
}

/** @throws ServiceError if the role does not last so long. */
export function roleSessionSeconds(input: RoleSessionInput, role: StoredRole): number {
  const seconds = input.DurationSeconds ?? lifetimeSeconds.default;
  if (seconds > role.maxSessionSeconds)
    throw stsValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  return seconds;
}

/** Makes the session, and what both operations answer of it. */
export function issueRoleSession(
  sessions: Sessions,
  role: StoredRole,
  input: RoleSessionInput,
  facts: Omit<Parameters<typeof roleSessionHolder>[1], "sessionName" | "sessionPolicies"> & {
    readonly seconds: number;
    readonly showSize: boolean;
  },
) {
  const { seconds, showSize, ...held } = facts;
  const sessionName = input.RoleSessionName!;
  const holder = roleSessionHolder(role, {
    sessionName,
    ...held,
    ...(input.Policy !== undefined && { sessionPolicies: [input.Policy] }),
  });
  const { credentials, packed } = issueSession(sessions, holder, seconds, input.PolicyArns);
  const narrowed = input.Policy !== undefined || (input.PolicyArns ?? []).length > 0;
  return {
    Credentials: credentials,
    AssumedRoleUser: {
      AssumedRoleId: `${role.roleId}:${sessionName}`,
      Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.roleName}/${sessionName}`,
    },
    ...((narrowed || showSize) && { PackedPolicySize: packed }),
    ...(held.sourceIdentity !== undefined && { SourceIdentity: held.sourceIdentity }),
  };
}

/** @throws ServiceError PackedPolicyTooLarge if policies and tags make the token longer than clients can send. */
export function issueSession(
  sessions: Sessions,
  holder: SessionHolder,
  seconds: number,
  policies: readonly PolicyDescriptorType[] | undefined,
): { credentials: Credentials; packed: number } {
  const policyArns = (policies ?? []).map(({ arn }) => arn!);
  const credentials = sessions.issue({ holder, lifetimeSeconds: seconds, policyArns });
  const packed = Math.ceil((100 * credentials.sessionToken.length) / sessionTokenLengthMax);
  if (packed > 100)
    throw new ServiceError(
      "PackedPolicyTooLarge",
      `The packed policies and tags take ${packed} percent of the space.`,
      {
        recordedCode: "PackedPolicyTooLargeException",
      },
    );
  return { credentials: wireCredentials(credentials), packed };
}
