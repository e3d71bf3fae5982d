import type { GetBucketEncryptionOutput, GetBucketEncryptionRequest } from "@aws-sdk/client-s3";
import { bucketOperation } from "./bucket-operation.js";
import { s3Failure } from "./errors.js";
import type { S3Parts } from "./s3-deps.js";

/** Always the error for "none": objects are kept as they are sent. */
export const getBucketEncryption = (parts: S3Parts) =>
  bucketOperation<GetBucketEncryptionRequest, GetBucketEncryptionOutput>(parts, {
    name: "GetBucketEncryption",
    readOnly: true,
    action: "GetEncryptionConfiguration",
    recorded: () => ({ encryption: "" }),
    execute(_input, { name }) {
      throw s3Failure(
        "ServerSideEncryptionConfigurationNotFoundError",
        404,
        "The server side encryption configuration was not found",
        { BucketName: name },
      );
    },
  });
