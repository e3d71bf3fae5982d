import type { GetBucketAclOutput, GetBucketAclRequest, PutBucketAclRequest } from "@aws-sdk/client-s3";
import { bucketOperation, changeBucket } from "./bucket-operation.js";
import { aclNotSupported } from "./not-served.js";
import { canonicalUser, ownersFullControl } from "./owners.js";
import type { S3Parts } from "./s3-deps.js";

export const getBucketAcl = (parts: S3Parts) =>
  bucketOperation<GetBucketAclRequest, GetBucketAclOutput>(parts, {
    name: "GetBucketAcl",
    readOnly: true,
    recorded: () => ({ acl: "" }),
    execute: async (_input, { accountId }) => ownersFullControl(accountId),
  });

/** Takes only what holds anyway: the owner has full control, nobody else has any. */
export const putBucketAcl = (parts: S3Parts) =>
  bucketOperation<PutBucketAclRequest, Record<string, never>>(parts, {
    name: "PutBucketAcl",
    readOnly: false,
    recorded: () => ({ acl: "" }),
    async execute({ AccessControlPolicy }, bucket, call) {
      const grants = AccessControlPolicy?.Grants;
      const owner = canonicalUser(bucket.accountId).ID;
      if (
        grants !== undefined &&
        !(grants.length === 1 && grants[0]?.Permission === "FULL_CONTROL" && grants[0].Grantee?.ID === owner)
      )
        throw aclNotSupported();
      await changeBucket(call, bucket, { name: bucket.name });
      return {};
    },
  });
