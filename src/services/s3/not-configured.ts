import type {
  GetBucketAccelerateConfigurationOutput,
  GetBucketCorsOutput,
  GetBucketLifecycleConfigurationOutput,
  GetBucketLoggingOutput,
  GetBucketReplicationOutput,
  GetBucketRequestPaymentOutput,
  GetBucketWebsiteOutput,
  GetObjectLockConfigurationOutput,
  NotificationConfiguration,
} from "@aws-sdk/client-s3";
import type { ServiceError } from "../service-error.js";
import { bucketOperation } from "./bucket-operation.js";
import { s3Failure } from "./errors.js";
import type { S3Parts } from "./s3-deps.js";

/**
 * What a bucket never has here is told as S3 tells it of a bucket that has it not: Terraform reads all of these after it
 * made one. What would set them is refused.
 */
function neverConfigured<Output>(
  name: string,
  action: string,
  subresource: string,
  answer: Output | ((bucketName: string) => ServiceError),
) {
  return (parts: S3Parts) =>
    bucketOperation<{ readonly Bucket: string | undefined }, Output>(parts, {
      name,
      action,
      readOnly: true,
      recorded: () => ({ [subresource]: "" }),
      async execute(_input, bucket) {
        if (answer instanceof Function) throw answer(bucket.name);
        return answer;
      },
    });
}

export const getBucketCors = neverConfigured<GetBucketCorsOutput>(
  ...(["GetBucketCors", "GetBucketCORS", "cors"] as const),
  (BucketName) => s3Failure("NoSuchCORSConfiguration", 404, "The CORS configuration does not exist", { BucketName }),
);

export const getBucketWebsite = neverConfigured<GetBucketWebsiteOutput>(
  ...(["GetBucketWebsite", "GetBucketWebsite", "website"] as const),
  (BucketName) =>
    s3Failure("NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration", {
      BucketName,
    }),
);

export const getBucketLifecycleConfiguration = neverConfigured<GetBucketLifecycleConfigurationOutput>(
  ...(["GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", "lifecycle"] as const),
  (BucketName) =>
    s3Failure("NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist", { BucketName }),
);

export const getBucketReplication = neverConfigured<GetBucketReplicationOutput>(
  ...(["GetBucketReplication", "GetReplicationConfiguration", "replication"] as const),
  (BucketName) =>
    s3Failure("ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found", {
      BucketName,
    }),
);

export const getObjectLockConfiguration = neverConfigured<GetObjectLockConfigurationOutput>(
  ...(["GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", "object-lock"] as const),
  (BucketName) =>
    s3Failure("ObjectLockConfigurationNotFoundError", 404, "Object Lock configuration does not exist for this bucket", {
      BucketName,
    }),
);

export const getBucketAccelerateConfiguration = neverConfigured<GetBucketAccelerateConfigurationOutput>(
  ...(["GetBucketAccelerateConfiguration", "GetAccelerateConfiguration", "accelerate"] as const),
  {},
);

export const getBucketRequestPayment = neverConfigured<GetBucketRequestPaymentOutput>(
  ...(["GetBucketRequestPayment", "GetBucketRequestPayment", "requestPayment"] as const),
  { Payer: "BucketOwner" },
);

export const getBucketLogging = neverConfigured<GetBucketLoggingOutput>(
  ...(["GetBucketLogging", "GetBucketLogging", "logging"] as const),
  {},
);

export const getBucketNotificationConfiguration = neverConfigured<NotificationConfiguration>(
  ...(["GetBucketNotificationConfiguration", "GetBucketNotification", "notification"] as const),
  {},
);
