import type {
  DeleteBucketPolicyRequest,
  GetBucketPolicyOutput,
  GetBucketPolicyRequest,
  GetBucketPolicyStatusOutput,
  GetBucketPolicyStatusRequest,
  PutBucketPolicyRequest,
} from "@aws-sdk/client-s3";
import { isPublicPolicy } from "../../identity/policy/public-policy.js";
import { bucketOperation, changeBucket } from "./bucket-operation.js";
import type { Bucket } from "./buckets.js";
import { checkBucketPolicy } from "./check-bucket-policy.js";
import { accessDenied, s3Failure } from "./errors.js";
import type { S3Parts } from "./s3-deps.js";

export const putBucketPolicy = (parts: S3Parts) =>
  bucketOperation<PutBucketPolicyRequest, Record<string, never>>(parts, {
    name: "PutBucketPolicy",
    readOnly: false,
    recorded: ({ Policy }) => ({ policy: "", bucketPolicy: asJson(Policy) }),
    async execute({ Policy }, bucket, call) {
      const policy = Policy ?? "";
      checkBucketPolicy(policy, bucket.name);
      if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(policy))
        throw accessDenied(
          "Access Denied: the policy is public, and the BlockPublicPolicy setting of the bucket's public access block forbids that",
        );
      await changeBucket(call, bucket, { policy });
      return {};
    },
  });

export const getBucketPolicy = (parts: S3Parts) =>
  bucketOperation<GetBucketPolicyRequest, GetBucketPolicyOutput>(parts, {
    name: "GetBucketPolicy",
    readOnly: true,
    recorded: () => ({ policy: "" }),
    execute: async (_input, bucket) => ({ Policy: policyOf(bucket) }),
  });

export const getBucketPolicyStatus = (parts: S3Parts) =>
  bucketOperation<GetBucketPolicyStatusRequest, GetBucketPolicyStatusOutput>(parts, {
    name: "GetBucketPolicyStatus",
    readOnly: true,
    recorded: () => ({ policyStatus: "" }),
    execute: async (_input, bucket) => ({ PolicyStatus: { IsPublic: isPublicPolicy(policyOf(bucket)) } }),
  });

export const deleteBucketPolicy = (parts: S3Parts) =>
  bucketOperation<DeleteBucketPolicyRequest, Record<string, never>>(parts, {
    name: "DeleteBucketPolicy",
    readOnly: false,
    recorded: () => ({ policy: "" }),
    async execute(_input, bucket, call) {
      await changeBucket(call, bucket, { policy: null });
      return {};
    },
  });

function policyOf(bucket: Bucket): string {
  if (bucket.policy === undefined)
    throw s3Failure("NoSuchBucketPolicy", 404, "The bucket policy does not exist", { BucketName: bucket.name });
  return bucket.policy;
}

/** The record holds the policy as JSON, as S3's does; what is none, as text. */
function asJson(policy: string | undefined): unknown {
  try {
    return JSON.parse(policy ?? "null");
  } catch {
    return policy;
  }
}
