import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import { accessDenied } from "../../service-error.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";

export const getAccessKeyLastUsed = (deps: IamDeps) =>
  operation<Iam.GetAccessKeyLastUsedRequest, Iam.GetAccessKeyLastUsedResponse>({
    name: "GetAccessKeyLastUsed",
    readOnly: true,
    event: management,
    access: async (input, call) => {
      const owner = await findKey(deps, call.accountId, input.AccessKeyId ?? "");
      return [
        {
          action: "iam:GetAccessKeyLastUsed",
          resource: owner?.arn ?? (owner ? `arn:aws:iam::${call.accountId}:root` : "*"),
        },
      ];
    },
    execute: async (input, call) => {
      new IamConstraints()
        .length("accessKeyId", input.AccessKeyId, { min: 16, max: 128 })
        .pattern("accessKeyId", input.AccessKeyId, /^\w+$/)
        .check("ValidationError");
      const key = await findKey(deps, call.accountId, input.AccessKeyId!);
      // Whether another account has such a key is not told.
      if (!key) throw accessDenied(`The Access Key ${input.AccessKeyId} is not one of account ${call.accountId}.`);
      const { name, used_ms, service, region } = key;
      return {
        ...(name !== null && { UserName: name }),
        AccessKeyLastUsed: {
          ...(used_ms !== null && { LastUsedDate: new Date(used_ms) }),
          ServiceName: service ?? "N/A",
          Region: region ?? "N/A",
        },
      };
    },
    resources: (input) =>
      input.AccessKeyId === undefined ? [] : [{ type: "AWS::IAM::AccessKey", name: input.AccessKeyId }],
  });

/** @returns the key with its user, if it has one, and its last use, if there was one. */
function findKey(deps: IamDeps, accountId: string, accessKeyId: string) {
  return deps.settings.read
    .selectFrom("iam_access_keys as key")
    .leftJoin("iam_entities as user", "user.entity_id", "key.owner_id")
    .leftJoin("iam_key_uses as use", "use.access_key_id", "key.access_key_id")
    .select(["user.name", "user.arn", "use.used_ms", "use.service", "use.region"])
    .where("key.access_key_id", "=", accessKeyId)
    .where("key.account_id", "=", accountId)
    .executeTakeFirst();
}
