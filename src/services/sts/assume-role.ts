import { type AssumeRoleRequest, AssumeRoleRequest$, type AssumeRoleResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { toEventParameters } from "../../audit/parameters.js";
import type { Caller } from "../../identity/caller.js";
import { assumeRoleAccess } from "../../identity/service-credentials.js";
import { operation } from "../operation.js";
import { checkMfaInput, multiFactorCode, usingCode } from "./multi-factor.js";
import {
  checkSessionPolicy,
  issueRoleSession,
  namePattern,
  roleSessionConstraints,
  roleSessionSeconds,
} from "./role-sessions.js";
import { heldTags, sessionTags, tagConditions } from "./session-tags.js";
import { recordedSession, stsAccessDenied, stsValidationError } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

const chainedLifetimeSecondsMax = 3600;

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
      const tags = sessionTags(input.Tags, input.TransitiveTagKeys, caller);
      const access = assumeRoleAccess(roleArn, await directory.role(roleArn), {
        ...(input.ExternalId !== undefined && { "sts:ExternalId": input.ExternalId }),
        ...(input.RoleSessionName !== undefined && { "sts:RoleSessionName": input.RoleSessionName }),
        ...(sourceIdentity !== undefined && { "sts:SourceIdentity": sourceIdentity }),
        ...tagConditions(tags),
      });
      // A right code counts for the role's trust policy, which is where AWS asks for one.
      checkMfaInput(input);
      const multiFactorNow = (await multiFactorCode(deps, input, caller)) !== undefined;
      const actions = [
        access,
        ...(sourceIdentity === undefined ? [] : [{ ...access, action: "sts:SetSourceIdentity" }]),
        ...(Object.keys(tags.tags).length === 0 ? [] : [{ ...access, action: "sts:TagSession" }]),
      ];
      return multiFactorNow ? actions.map((each) => ({ ...each, multiFactorNow })) : actions;
    },
    execute: async (input, call) => {
      const { caller } = call;
      const { directory, sessions } = deps;
      checkInput(input);
      if (caller.kind === "root") throw stsAccessDenied("Roles may not be assumed by root accounts.");
      const role = await directory.role(input.RoleArn!);
      if (!role) throw stsAccessDenied(`The role ${input.RoleArn} was deleted meanwhile.`);
      const seconds = roleSessionSeconds(input, role);
      if (caller.kind === "role-session" && seconds > chainedLifetimeSecondsMax)
        throw stsValidationError(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        );
      const sourceIdentity = sourceIdentityOf(input, caller);
      const code = await multiFactorCode(deps, input, caller);
      const tags = sessionTags(input.Tags, input.TransitiveTagKeys, caller);
      const answer = issueRoleSession(sessions, role, input, {
        ...heldTags(tags),
        ...(sourceIdentity !== undefined && { sourceIdentity }),
        ...(caller.kind === "service" && { invokedBy: caller.service }),
        ...(code && { mfaAuthenticated: true }),
        showSize: Object.keys(tags.tags).length > 0,
        seconds,
      });
      return code ? usingCode(deps, call, code, () => answer) : answer;
    },
    recordedRequest: (input) => toEventParameters(AssumeRoleRequest$, { ...input, TokenCode: undefined }),
    recordedResponse: recordedSession,
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

function checkInput(input: AssumeRoleRequest): void {
  const { ExternalId, SourceIdentity, Policy } = input;
  roleSessionConstraints(input)
    .length("externalId", ExternalId, { min: 2, max: 1224 })
    .pattern("externalId", ExternalId, /^[\w+=,.@:/-]*$/)
    .length("sourceIdentity", SourceIdentity, { min: 2, max: 64 })
    .pattern("sourceIdentity", SourceIdentity, namePattern)
    .check("ValidationError");
  if ((input.ProvidedContexts?.length ?? 0) > 0) throw stsValidationError("Provided contexts are not offered here.");
  checkSessionPolicy(Policy);
}
