import type { GetBucketOwnershipControlsOutput, GetBucketOwnershipControlsRequest } from "@aws-sdk/client-s3";
import { bucketOperation } from "./bucket-operation.js";
import type { S3Parts } from "./s3-deps.js";

/** Every bucket's owner owns what is in it; ACLs give nothing to anyone. */
export const getBucketOwnershipControls = (parts: S3Parts) =>
  bucketOperation<GetBucketOwnershipControlsRequest, GetBucketOwnershipControlsOutput>(parts, {
    name: "GetBucketOwnershipControls",
    readOnly: true,
    recorded: () => ({ ownershipControls: "" }),
    execute: async () => ({ OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } }),
  });
