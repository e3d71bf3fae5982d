import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import { ServiceError } from "../service-error.js";

/** Who the caller is. Allowed to everyone who can sign, whatever policies say, as AWS has it. */
export const getCallerIdentity = () =>
  operation<GetCallerIdentityRequest, GetCallerIdentityResponse>({
    name: "GetCallerIdentity",
    readOnly: true,
    event: management,
    access: () => [],
    execute: async (_input, { caller }) => {
      switch (caller.kind) {
        case "root":
          return { UserId: caller.accountId, Account: caller.accountId, Arn: caller.arn };
        case "user":
          return { UserId: caller.userId, Account: caller.accountId, Arn: caller.arn };
        case "role-session":
          return { UserId: `${caller.roleId}:${caller.sessionName}`, Account: caller.accountId, Arn: caller.arn };
        case "federated-user":
          return { UserId: `${caller.accountId}:${caller.name}`, Account: caller.accountId, Arn: caller.arn };
        case "service":
          return { UserId: caller.service, Account: caller.accountId, Arn: caller.service };
        case "web-identity":
        case "anonymous":
          throw new ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", {
            httpStatus: 403,
          });
      }
    },
  });
