import type { GetSessionTokenRequest, GetSessionTokenResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { recordedCredentials, stsAccessDenied, wireCredentials } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

const lifetimeSeconds = { min: 900, max: 129_600, default: 43_200 };
const rootLifetimeSecondsMax = 3600;

/**
 * Temporary credentials for whoever has long-lived ones. Needs no permission, as on AWS. Unlike AWS's, they may call IAM
 * without a second factor: there are no MFA devices here.
 */
export const getSessionToken = ({ sessions }: StsDeps) =>
  operation<GetSessionTokenRequest, GetSessionTokenResponse>({
    name: "GetSessionToken",
    readOnly: false,
    event: management,
    access: () => [],
    execute: async (input, { caller }) => {
      new Constraints().range("durationSeconds", input.DurationSeconds, lifetimeSeconds).check("ValidationError");
      if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
        throw stsAccessDenied(
          "MultiFactorAuthentication failed, unable to validate MFA code. There are no MFA devices here.",
        );
      if ((caller.kind !== "root" && caller.kind !== "user") || caller.sessionIssuedMs !== undefined)
        throw stsAccessDenied("Cannot call GetSessionToken with session credentials");
      const { accessKeyId: _longLived, ...holder } = caller;
      const wanted = input.DurationSeconds ?? lifetimeSeconds.default;
      // AWS shortens what the root user asks for rather than refusing it.
      const seconds = caller.kind === "root" ? Math.min(wanted, rootLifetimeSecondsMax) : wanted;
      return { Credentials: wireCredentials(sessions.issue({ holder, lifetimeSeconds: seconds })) };
    },
    recordedResponse: ({ Credentials }) => recordedCredentials(Credentials),
  });
