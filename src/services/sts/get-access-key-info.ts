import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from "@aws-sdk/client-sts";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { stsValidationError } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

/** Whose account a long-lived access key is of. No store holds temporary keys: of these only their token would tell. */
export const getAccessKeyInfo = ({ directory }: StsDeps) =>
  operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse>({
    name: "GetAccessKeyInfo",
    readOnly: true,
    event: management,
    access: () => [{ action: "sts:GetAccessKeyInfo", resource: "*" }],
    execute: async ({ AccessKeyId: id }) => {
      new Constraints()
        .length("accessKeyId", id, { min: 16, max: 128 })
        .pattern("accessKeyId", id, /^\w*$/)
        .check("ValidationError");
      if (id!.startsWith("ASIA"))
        throw stsValidationError("Temporary access keys are not stored here: the record of calls says whose they are.");
      const key = await directory.accessKey(id!);
      if (!key) throw stsValidationError("Invalid access key ID.");
      return { Account: key.accountId };
    },
  });
