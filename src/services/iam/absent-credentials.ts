import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { type Call, operation } from "../operation.js";
import { entityAccess, entityResources, requireEntity, userNameOrOwn } from "./entities.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";

/**
 * Users have access keys here and nothing else to sign with. Tools that delete a user ask for the other kinds first, and
 * learn that there are none.
 */
const lists = {
  ListSSHPublicKeys: { SSHPublicKeys: [] } satisfies Iam.ListSSHPublicKeysResponse,
  ListSigningCertificates: { Certificates: [] } satisfies Iam.ListSigningCertificatesResponse,
  ListServiceSpecificCredentials: {
    ServiceSpecificCredentials: [],
  } satisfies Iam.ListServiceSpecificCredentialsResponse,
};

export const absentCredentials = (deps: IamDeps) =>
  Object.entries(lists).map(([name, none]) =>
    operation<Iam.ListServiceSpecificCredentialsRequest, object>({
      name,
      readOnly: true,
      event: management,
      access: (input, call) =>
        isOfNoUser(input, call)
          ? [{ action: `iam:${name}`, resource: `arn:aws:iam::${call.accountId}:user/*` }]
          : entityAccess(deps, call, "user", userNameOrOwn(input, call), name),
      execute: async (input, call) => {
        new IamConstraints().listing(input).end();
        if (!isOfNoUser(input, call))
          await requireEntity(deps.settings.read, call.accountId, "user", userNameOrOwn(input, call));
        return { ...none, IsTruncated: false };
      },
      resources: (input, call) => entityResources("user", input.UserName ?? "", call),
    }),
  );

/** Of the root user, who signs with its key alone, too, or of all users. */
const isOfNoUser = ({ UserName, AllUsers }: Iam.ListServiceSpecificCredentialsRequest, call: Call) =>
  UserName === undefined && (AllUsers === true || call.caller.kind === "root");
