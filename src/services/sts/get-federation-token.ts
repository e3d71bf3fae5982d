import type { GetFederationTokenRequest, GetFederationTokenResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import { checkSessionPolicy, issueSession, namePattern, narrowingConstraints } from "./role-sessions.js";
import { heldTags, sessionTags, tagConditions } from "./session-tags.js";
import { recordedCredentials, stsAccessDenied } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

const lifetimeSeconds = { min: 900, max: 129_600, default: 43_200 };
const rootLifetimeSecondsMax = 3600;

/**
 * A session under a name of the caller's choosing, for somebody who has no user here: may do what the caller may and the
 * policies passed allow, so nothing without any; and nothing in IAM and STS.
 */
export const getFederationToken = ({ sessions }: StsDeps) =>
  operation<GetFederationTokenRequest, GetFederationTokenResponse>({
    name: "GetFederationToken",
    // As CloudTrail classes it.
    readOnly: true,
    event: management,
    access: (input, call) => {
      const tags = sessionTags(input.Tags, [], call.caller);
      const access = { resource: federatedArn(call.accountId, input.Name ?? ""), conditions: tagConditions(tags) };
      const get = { action: "sts:GetFederationToken", ...access };
      return Object.keys(tags.tags).length === 0 ? [get] : [get, { action: "sts:TagSession", ...access }];
    },
    execute: async (input, { caller }) => {
      narrowingConstraints(input)
        .length("name", input.Name, { min: 2, max: 32 })
        .pattern("name", input.Name, namePattern)
        .range("durationSeconds", input.DurationSeconds, lifetimeSeconds)
        .check("ValidationError");
      checkSessionPolicy(input.Policy);
      if ((caller.kind !== "root" && caller.kind !== "user") || caller.sessionIssuedMs !== undefined)
        throw stsAccessDenied("Cannot call GetFederationToken with session credentials");
      const { accountId } = caller;
      const tags = sessionTags(input.Tags, [], caller);
      const wanted = input.DurationSeconds ?? lifetimeSeconds.default;
      const seconds = caller.kind === "root" ? Math.min(wanted, rootLifetimeSecondsMax) : wanted;
      const arn = federatedArn(accountId, input.Name!);
      const { credentials, packed } = issueSession(
        sessions,
        {
          kind: "federated-user",
          accountId,
          name: input.Name!,
          arn,
          ...(caller.kind === "user" && {
            madeBy: { userId: caller.userId, userName: caller.userName, arn: caller.arn },
          }),
          // Without policies there is an empty set of them, which allows nothing.
          sessionPolicies: input.Policy === undefined ? [] : [input.Policy],
          ...heldTags(tags),
        },
        seconds,
        input.PolicyArns,
      );
      return {
        Credentials: credentials,
        FederatedUser: { FederatedUserId: `${accountId}:${input.Name}`, Arn: arn },
        PackedPolicySize: packed,
      };
    },
    recordedResponse: ({ Credentials, FederatedUser, PackedPolicySize }) => ({
      ...recordedCredentials(Credentials),
      federatedUser: { federatedUserId: FederatedUser?.FederatedUserId, arn: FederatedUser?.Arn },
      packedPolicySize: PackedPolicySize,
    }),
  });

const federatedArn = (accountId: string, name: string) => `arn:aws:sts::${accountId}:federated-user/${name}`;
