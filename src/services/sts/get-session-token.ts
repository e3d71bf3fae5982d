import {
  type GetSessionTokenRequest,
  GetSessionTokenRequest$,
  type GetSessionTokenResponse,
} from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { toEventParameters } from "../../audit/parameters.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { checkMfaInput, multiFactorCode, usingCode } from "./multi-factor.js";
import { recordedCredentials, stsAccessDenied, wireCredentials } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

const lifetimeSeconds = { min: 900, max: 129_600, default: 43_200 };
const rootLifetimeSecondsMax = 3600;

/**
 * Temporary credentials for whoever has long-lived ones. Needs no permission, as on AWS. Unlike AWS's, they may call IAM
 * without a second factor too: policies with `aws:MultiFactorAuthPresent` decide that.
 */
export const getSessionToken = (deps: StsDeps) =>
  operation<GetSessionTokenRequest, GetSessionTokenResponse>({
    name: "GetSessionToken",
    readOnly: false,
    event: management,
    access: () => [],
    execute: async (input, call) => {
      const { caller } = call;
      new Constraints().range("durationSeconds", input.DurationSeconds, lifetimeSeconds).check("ValidationError");
      checkMfaInput(input);
      if ((caller.kind !== "root" && caller.kind !== "user") || caller.sessionIssuedMs !== undefined)
        throw stsAccessDenied("Cannot call GetSessionToken with session credentials");
      const { accessKeyId: _longLived, ...holder } = caller;
      const wanted = input.DurationSeconds ?? lifetimeSeconds.default;
      // AWS shortens what the root user asks for rather than refusing it.
      const seconds = caller.kind === "root" ? Math.min(wanted, rootLifetimeSecondsMax) : wanted;
      const code = await multiFactorCode(deps, input, caller);
      const issue = () => {
        const credentials = deps.sessions.issue({
          holder: code ? { ...holder, mfaAuthenticated: true } : holder,
          lifetimeSeconds: seconds,
        });
        return { Credentials: wireCredentials(credentials) };
      };
      return code ? usingCode(deps, call, code, issue) : issue();
    },
    recordedRequest: (input) => toEventParameters(GetSessionTokenRequest$, { ...input, TokenCode: undefined }),
    recordedResponse: ({ Credentials }) => recordedCredentials(Credentials),
  });
