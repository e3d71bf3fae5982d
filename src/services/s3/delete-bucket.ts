import type { DeleteBucketRequest } from "@aws-sdk/client-s3";
import { bucketOperation } from "./bucket-operation.js";
import { noSuchBucket, s3Failure } from "./errors.js";
import type { S3Parts } from "./s3-deps.js";

/**
 * Deletes an empty bucket. It is frozen first, so that no put that is under way can be acknowledged and then lost with
 * it; unfinished uploads go with it.
 */
export const deleteBucket = (parts: S3Parts) =>
  bucketOperation<DeleteBucketRequest, Record<string, never>>(parts, {
    name: "DeleteBucket",
    readOnly: false,
    async execute(_input, bucket, call) {
      if (!(await parts.objects.freeze(bucket.id)))
        throw s3Failure("BucketNotEmpty", 409, "The bucket you tried to delete is not empty", {
          BucketName: bucket.name,
        });
      try {
        await call.commit(async (tx) => {
          const { numDeletedRows } = await tx
            .deleteFrom("s3_buckets")
            .where("name", "=", bucket.name)
            .where("bucket_id", "=", bucket.id)
            .executeTakeFirstOrThrow();
          if (numDeletedRows === 0n) throw noSuchBucket(bucket.name);
        });
      } catch (reason) {
        parts.objects.thaw(bucket.id);
        throw reason;
      }
      await parts.objects.drop(bucket.id);
      return {};
    },
  });
