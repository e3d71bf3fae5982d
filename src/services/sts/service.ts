import * as sdk from "@aws-sdk/client-sts";
import type { Service } from "../operation.js";
import { assumeRole } from "./assume-role.js";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.js";
import { getAccessKeyInfo } from "./get-access-key-info.js";
import { getCallerIdentity } from "./get-caller-identity.js";
import { getFederationToken } from "./get-federation-token.js";
import { getSessionToken } from "./get-session-token.js";
import type { StsDeps } from "./sts-deps.js";

const noIssuer = "Roles of this installation cannot be used elsewhere: no tokens are issued.";
const noOrganization = "Accounts stand for themselves here: there is no organization.";

/** AWS Security Token Service: temporary credentials. */
export function stsService(deps: StsDeps): Service {
  return {
    signingName: "sts",
    eventSource: "sts.amazonaws.com",
    apiVersion: "2011-06-15",
    protocol: "query",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    sdk,
    operations: [
      getCallerIdentity(),
      assumeRole(deps),
      assumeRoleWithWebIdentity(deps),
      getSessionToken(deps),
      getFederationToken(deps),
      getAccessKeyInfo(deps),
    ],
    notOffered: {
      AssumeRoleWithSAML: "SAML is not offered: use an OpenID Connect provider.",
      AssumeRoot: noOrganization,
      DecodeAuthorizationMessage: "Refusals say in plain words what was missing: nothing is encoded.",
      GetDelegatedAccessToken: "There are no delegation requests here.",
      GetWebIdentityToken: noIssuer,
    },
    actions: (offered) => [...offered, "SetSourceIdentity"],
    throttled: { code: "Throttling", httpStatus: 400 },
  };
}
