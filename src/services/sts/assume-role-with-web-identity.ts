import type { AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { assumeRoleAccess } from "../../identity/service-credentials.js";
import type { WebIdentity } from "../../identity/web-identity/web-identities.js";
import { WebIdentityError } from "../../identity/web-identity/web-identity-error.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import { checkSessionPolicy, issueRoleSession, roleSessionConstraints, roleSessionSeconds } from "./role-sessions.js";
import { heldTags, type SessionTags, sessionTags, tagConditions } from "./session-tags.js";
import { recordedSession, stsAccessDenied, stsValidationError } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

/** What `access` found out of a call's token, for its `execute`: a token is verified once. */
interface Verified {
  readonly identity: WebIdentity;
  readonly tags: SessionTags;
}

/**
 * Exchanges a token of another issuer for a role's credentials, if the role's account knows the issuer and the role
 * trusts whom the token names. Nobody signs the call: the token is the proof. It is neither recorded nor logged.
 */
export const assumeRoleWithWebIdentity = ({ directory, sessions, webIdentities }: StsDeps) => {
  const verified = new WeakMap<Call, Verified>();
  return operation<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse>({
    name: "AssumeRoleWithWebIdentity",
    readOnly: true,
    event: management,
    anonymousAllowed: true,
    access: async (input, call) => {
      checkInput(input);
      const roleArn = input.RoleArn!;
      const identity = await webIdentities
        .verify(input.WebIdentityToken!, accountOf(roleArn))
        .catch((problem) => refuse(problem, call));
      call.identified(identity.caller);
      const { sourceIdentity, sessionTags: given, transitiveTagKeys } = identity;
      const list = Object.entries(given).map(([Key, Value]) => ({ Key, Value }));
      const tags = sessionTags(list, transitiveTagKeys, call.caller);
      verified.set(call, { identity, tags });
      const access = assumeRoleAccess(roleArn, await directory.role(roleArn), {
        ...identity.caller.claims,
        "sts:RoleSessionName": input.RoleSessionName!,
        ...(sourceIdentity !== undefined && { "sts:SourceIdentity": sourceIdentity }),
        ...tagConditions(tags),
      });
      return [
        { ...access, action: "sts:AssumeRoleWithWebIdentity" },
        ...(sourceIdentity === undefined ? [] : [{ ...access, action: "sts:SetSourceIdentity" }]),
        ...(Object.keys(tags.tags).length === 0 ? [] : [{ ...access, action: "sts:TagSession" }]),
      ];
    },
    execute: async (input, call) => {
      const { identity, tags } = verified.get(call)!;
      const { caller, sourceIdentity } = identity;
      const role = await directory.role(input.RoleArn!);
      if (!role) throw stsAccessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity");
      const session = issueRoleSession(sessions, role, input, {
        ...heldTags(tags),
        ...(sourceIdentity !== undefined && { sourceIdentity }),
        federatedProvider: caller.provider,
        showSize: Object.keys(tags.tags).length > 0,
        seconds: roleSessionSeconds(input, role),
      });
      return {
        ...session,
        SubjectFromWebIdentityToken: caller.subject,
        Provider: caller.provider,
        Audience: caller.audience,
      };
    },
    recordedRequest: ({ RoleArn, RoleSessionName, DurationSeconds, Policy, PolicyArns }) => ({
      roleArn: RoleArn,
      roleSessionName: RoleSessionName,
      ...(DurationSeconds !== undefined && { durationSeconds: DurationSeconds }),
      ...(Policy !== undefined && { policy: Policy }),
      ...(PolicyArns !== undefined && { policyArns: PolicyArns }),
    }),
    recordedResponse: (output) => ({
      subjectFromWebIdentityToken: output.SubjectFromWebIdentityToken,
      ...recordedSession(output),
      provider: output.Provider,
      audience: output.Audience,
    }),
    resources: ({ RoleArn }) =>
      RoleArn === undefined ? [] : [{ type: "AWS::IAM::Role", name: RoleArn.split("/").at(-1)!, arn: RoleArn }],
  });
};

function checkInput(input: AssumeRoleWithWebIdentityRequest): void {
  roleSessionConstraints(input).check("ValidationError");
  // Apart from the others: a constraint that is broken repeats the value.
  const { length = 0 } = input.WebIdentityToken ?? "";
  new Constraints().range("webIdentityToken.length", length, { min: 4, max: 20_000 }).check("ValidationError");
  if (input.ProviderId !== undefined)
    throw stsValidationError("ProviderId is for access tokens of OAuth 2.0, which are not offered here.");
  checkSessionPolicy(input.Policy);
}

const accountOf = (roleArn: string) => roleArn.split(":")[4] ?? "";

/** @throws ServiceError as STS names it. Why an issuer could not be asked is for the record alone. */
function refuse(problem: unknown, call: Call): never {
  if (!(problem instanceof WebIdentityError)) throw problem;
  if (problem.cause instanceof Error) call.note({ issuerProblem: problem.cause.message });
  switch (problem.reason) {
    case "invalid":
      throw stsError("InvalidIdentityToken", problem.message, "InvalidIdentityTokenException");
    case "expired":
      throw new ServiceError("ExpiredTokenException", problem.message, { asSpelled: true });
    case "issuer-away":
      throw stsError("IDPCommunicationError", problem.message, "IDPCommunicationErrorException");
    case "claim-rejected":
      throw stsError("IDPRejectedClaim", problem.message, "IDPRejectedClaimException", 403);
  }
}

function stsError(code: string, message: string, recordedCode: string, httpStatus = 400): ServiceError {
  return new ServiceError(code, message, { httpStatus, recordedCode });
}
