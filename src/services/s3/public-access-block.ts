import type {
  DeletePublicAccessBlockRequest,
  GetPublicAccessBlockOutput,
  GetPublicAccessBlockRequest,
  PutPublicAccessBlockRequest,
} from "@aws-sdk/client-s3";
import { bucketOperation, changeBucket } from "./bucket-operation.js";
import { s3Failure } from "./errors.js";
import type { PublicAccessBlock } from "./public-access.js";
import type { S3Parts } from "./s3-deps.js";

export const putPublicAccessBlock = (parts: S3Parts) =>
  bucketOperation<PutPublicAccessBlockRequest, Record<string, never>>(parts, {
    name: "PutPublicAccessBlock",
    readOnly: false,
    action: "PutBucketPublicAccessBlock",
    recorded: ({ PublicAccessBlockConfiguration }) => ({ publicAccessBlock: "", PublicAccessBlockConfiguration }),
    async execute({ PublicAccessBlockConfiguration: given = {} }, bucket, call) {
      const block: PublicAccessBlock = {
        BlockPublicAcls: given.BlockPublicAcls ?? false,
        IgnorePublicAcls: given.IgnorePublicAcls ?? false,
        BlockPublicPolicy: given.BlockPublicPolicy ?? false,
        RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
      };
      await changeBucket(call, bucket, { public_access_block: JSON.stringify(block) });
      return {};
    },
  });

export const getPublicAccessBlock = (parts: S3Parts) =>
  bucketOperation<GetPublicAccessBlockRequest, GetPublicAccessBlockOutput>(parts, {
    name: "GetPublicAccessBlock",
    readOnly: true,
    action: "GetBucketPublicAccessBlock",
    recorded: () => ({ publicAccessBlock: "" }),
    async execute(_input, { name, publicAccessBlock }) {
      if (publicAccessBlock === undefined)
        throw s3Failure(
          "NoSuchPublicAccessBlockConfiguration",
          404,
          "The public access block configuration was not found",
          { BucketName: name },
        );
      return { PublicAccessBlockConfiguration: publicAccessBlock };
    },
  });

export const deletePublicAccessBlock = (parts: S3Parts) =>
  bucketOperation<DeletePublicAccessBlockRequest, Record<string, never>>(parts, {
    name: "DeletePublicAccessBlock",
    readOnly: false,
    action: "PutBucketPublicAccessBlock",
    recorded: () => ({ publicAccessBlock: "" }),
    async execute(_input, bucket, call) {
      await changeBucket(call, bucket, { public_access_block: null });
      return {};
    },
  });
