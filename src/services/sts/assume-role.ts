import { type AssumeRoleRequest, AssumeRoleRequest$, type AssumeRoleResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { toEventParameters } from "../../audit/parameters.js";
import type { Caller } from "../../identity/caller.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import { assumeRoleAccess, roleSessionHolder } from "../../identity/service-credentials.js";
import { sessionTokenLengthMax } from "../../identity/sessions.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import { checkMfaInput, multiFactorCode, usingCode } from "./multi-factor.js";
import { recordedCredentials, stsAccessDenied, stsValidationError, wireCredentials } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

const lifetimeSeconds = { min: 900, max: 43_200, default: 3600 };
const chainedLifetimeSecondsMax = 3600;
const policyArnsMax = 10;
const sessionPolicyLengthMax = 2048;
const namePattern = /^[\w+=,.@-]+$/;

/** Exchanges the caller's credentials for a role's, if the role trusts the caller. */
export const assumeRole = (deps: StsDeps) =>
  operation<AssumeRoleRequest, AssumeRoleResponse>({
    name: "AssumeRole",
    // As CloudTrail classes it: assuming a role changes nothing.
    readOnly: true,
    event: management,
    access: async (input, { caller }) => {
      const { directory } = deps;
      const roleArn = input.RoleArn ?? "";
      const sourceIdentity = sourceIdentityOf(input, caller);
      const access = assumeRoleAccess(roleArn, await directory.role(roleArn), {
        ...(input.ExternalId !== undefined && { "sts:ExternalId": input.ExternalId }),
        ...(input.RoleSessionName !== undefined && { "sts:RoleSessionName": input.RoleSessionName }),
        ...(sourceIdentity !== undefined && { "sts:SourceIdentity": sourceIdentity }),
      });
      // A right code counts for the role's trust policy, which is where AWS asks for one.
      checkMfaInput(input);
      const multiFactorNow = (await multiFactorCode(deps, input, caller)) !== undefined;
      const actions =
        sourceIdentity === undefined ? [access] : [access, { ...access, action: "sts:SetSourceIdentity" }];
      return multiFactorNow ? actions.map((each) => ({ ...each, multiFactorNow })) : actions;
    },
    execute: async (input, call) => {
      const { caller } = call;
      const { directory, sessions } = deps;
      checkInput(input);
      if (caller.kind === "root") throw stsAccessDenied("Roles may not be assumed by root accounts.");
      const role = await directory.role(input.RoleArn!);
      if (!role) throw stsAccessDenied(`The role ${input.RoleArn} was deleted meanwhile.`);
      const seconds = input.DurationSeconds ?? lifetimeSeconds.default;
      if (seconds > role.maxSessionSeconds)
        throw stsValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
      if (caller.kind === "role-session" && seconds > chainedLifetimeSecondsMax)
        throw stsValidationError(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        );
      const sourceIdentity = sourceIdentityOf(input, caller);
      const code = await multiFactorCode(deps, input, caller);
      const holder = roleSessionHolder(role, {
        sessionName: input.RoleSessionName!,
        ...(sourceIdentity !== undefined && { sourceIdentity }),
        ...(caller.kind === "service" && { invokedBy: caller.service }),
        ...(code && { mfaAuthenticated: true }),
        ...narrowing(input),
      });
      const policyArns = (input.PolicyArns ?? []).map(({ arn }) => arn!);
      const credentials = sessions.issue({ holder, lifetimeSeconds: seconds, policyArns });
      const packed = Math.ceil((100 * credentials.sessionToken.length) / sessionTokenLengthMax);
      if (packed > 100)
        throw new ServiceError("PackedPolicyTooLarge", `The packed policies take ${packed} percent of the space.`, {
          recordedCode: "PackedPolicyTooLargeException",
        });
      const answer = {
        Credentials: wireCredentials(credentials),
        AssumedRoleUser: {
          AssumedRoleId: `${role.roleId}:${input.RoleSessionName}`,
          Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.roleName}/${input.RoleSessionName}`,
        },
        ...((input.Policy !== undefined || policyArns.length > 0) && { PackedPolicySize: packed }),
        ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
      };
      return code ? usingCode(deps, call, code, () => answer) : answer;
    },
    recordedRequest: (input) => toEventParameters(AssumeRoleRequest$, { ...input, TokenCode: undefined }),
    recordedResponse: ({ Credentials, AssumedRoleUser, PackedPolicySize, SourceIdentity }) => ({
      ...recordedCredentials(Credentials),
      assumedRoleUser: { assumedRoleId: AssumedRoleUser?.AssumedRoleId, arn: AssumedRoleUser?.Arn },
      ...(PackedPolicySize !== undefined && { packedPolicySize: PackedPolicySize }),
      ...(SourceIdentity !== undefined && { sourceIdentity: SourceIdentity }),
    }),
    resources: ({ RoleArn }) =>
      RoleArn === undefined ? [] : [{ type: "AWS::IAM::Role", name: RoleArn.split("/").at(-1)!, arn: RoleArn }],
  });

/** Once set, it stays through every further role. */
function sourceIdentityOf(input: AssumeRoleRequest, caller: Caller): string | undefined {
  const inherited = caller.kind === "role-session" ? caller.sourceIdentity : undefined;
  if (inherited !== undefined && input.SourceIdentity !== undefined && input.SourceIdentity !== inherited)
    throw stsAccessDenied("The source identity of a session cannot be changed.");
  return inherited ?? input.SourceIdentity;
}

/** The policies that narrow the session. Managed ones alone narrow, too, though their texts come later. */
function narrowing(input: AssumeRoleRequest): { sessionPolicies?: readonly string[] } {
  return input.Policy === undefined ? {} : { sessionPolicies: [input.Policy] };
}

function checkInput(input: AssumeRoleRequest): void {
  const { RoleArn, RoleSessionName, ExternalId, SourceIdentity, Policy, PolicyArns, DurationSeconds } = input;
  const constraints = new Constraints()
    .length("roleArn", RoleArn, { min: 20, max: 2048 })
    .length("roleSessionName", RoleSessionName, { min: 2, max: 64 })
    .pattern("roleSessionName", RoleSessionName, namePattern)
    .range("durationSeconds", DurationSeconds, lifetimeSeconds)
    .length("externalId", ExternalId, { min: 2, max: 1224 })
    .pattern("externalId", ExternalId, /^[\w+=,.@:/-]*$/)
    .length("sourceIdentity", SourceIdentity, { min: 2, max: 64 })
    .pattern("sourceIdentity", SourceIdentity, namePattern)
    .length("policy", Policy, { min: 1, max: sessionPolicyLengthMax })
    .length("policyArns", PolicyArns, { max: policyArnsMax });
  PolicyArns?.forEach(({ arn }, i) => {
    constraints.required(`policyArns.${i + 1}.member.arn`, arn);
    constraints.length(`policyArns.${i + 1}.member.arn`, arn, { min: 20, max: 2048 });
  });
  constraints.check("ValidationError");
  if ((input.Tags?.length ?? 0) > 0 || (input.TransitiveTagKeys?.length ?? 0) > 0)
    throw stsValidationError("Session tags are not offered here: tag the role or the user instead.");
  if ((input.ProvidedContexts?.length ?? 0) > 0) throw stsValidationError("Provided contexts are not offered here.");
  if (Policy !== undefined) checkSessionPolicy(Policy);
}

function checkSessionPolicy(policy: string): void {
  try {
    compilePolicyText(policy, "identity");
  } catch (problem) {
    if (!(problem instanceof MalformedPolicy)) throw problem;
    throw new ServiceError("MalformedPolicyDocument", problem.message, {
      recordedCode: "MalformedPolicyDocumentException",
    });
  }
}
