import type { Service } from "../operation.js";
import { consoleLogin } from "./console-login.js";
import type { SigninDeps } from "./signin-deps.js";

/** Signing in to the console. AWS has no API for it that others could speak, so the one operation is ours. */
export function signinService(deps: SigninDeps): Service {
  return {
    signingName: "signin",
    eventSource: "signin.amazonaws.com",
    apiVersion: "",
    protocol: "rest-json",
    sdk: {},
    operations: [],
    notOffered: {},
    foreignRoutes: [consoleLogin(deps)],
    throttled: { code: "ThrottlingException", httpStatus: 429 },
  };
}
