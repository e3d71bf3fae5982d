import type { GetObjectAclOutput, GetObjectAclRequest } from "@aws-sdk/client-s3";
import { missingKey } from "./missing-key.js";
import { objectOperation } from "./object-operation.js";
import { ownersFullControl } from "./owners.js";
import type { S3Parts } from "./s3-deps.js";

export const getObjectAcl = (parts: S3Parts) =>
  objectOperation<GetObjectAclRequest, GetObjectAclOutput>(parts, {
    name: "GetObjectAcl",
    readOnly: true,
    action: "GetObjectAcl",
    aboutExisting: true,
    recorded: () => ({ acl: "" }),
    async execute(_input, { bucket, key, call }) {
      if ((await parts.objects.head(bucket.id, key)) === undefined) throw await missingKey(bucket, key, call);
      return ownersFullControl(bucket.accountId);
    },
  });
