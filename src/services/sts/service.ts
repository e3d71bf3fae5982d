import * as sdk from "@aws-sdk/client-sts";
import type { Service } from "../operation.js";
import { assumeRole } from "./assume-role.js";
import { getCallerIdentity } from "./get-caller-identity.js";
import { getSessionToken } from "./get-session-token.js";
import type { StsDeps } from "./sts-deps.js";

const noFederation = "There are no identity providers of others here.";
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
    operations: [getCallerIdentity(), assumeRole(deps), getSessionToken(deps)],
    notOffered: {
      AssumeRoleWithSAML: noFederation,
      AssumeRoleWithWebIdentity: noFederation,
      AssumeRoot: noOrganization,
      DecodeAuthorizationMessage: "Refusals say in plain words what was missing: nothing is encoded.",
      GetAccessKeyInfo: "ListAccessKeys and the record of calls say whose an access key is.",
      GetDelegatedAccessToken: noFederation,
      GetFederationToken: "Make a role and assume it: there are no federated users here.",
      GetWebIdentityToken: noFederation,
    },
    actions: (offered) => [...offered, "SetSourceIdentity"],
    throttled: { code: "Throttling", httpStatus: 400 },
  };
}
