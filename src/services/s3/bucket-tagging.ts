import type {
  DeleteBucketTaggingRequest,
  GetBucketTaggingOutput,
  GetBucketTaggingRequest,
  PutBucketTaggingRequest,
} from "@aws-sdk/client-s3";
import { bucketOperation, changeBucket } from "./bucket-operation.js";
import { s3Failure } from "./errors.js";
import { limits } from "./limits.js";
import type { S3Parts } from "./s3-deps.js";
import { tagSetOf, tagsOf } from "./tags.js";

export const putBucketTagging = (parts: S3Parts) =>
  bucketOperation<PutBucketTaggingRequest, Record<string, never>>(parts, {
    name: "PutBucketTagging",
    readOnly: false,
    recorded: ({ Tagging }) => ({ tagging: "", Tagging }),
    async execute({ Tagging }, bucket, call) {
      const tags = tagsOf(Tagging?.TagSet ?? [], limits.bucketTagsMax);
      await changeBucket(call, bucket, { tags: JSON.stringify(tags) });
      return {};
    },
  });

export const getBucketTagging = (parts: S3Parts) =>
  bucketOperation<GetBucketTaggingRequest, GetBucketTaggingOutput>(parts, {
    name: "GetBucketTagging",
    readOnly: true,
    recorded: () => ({ tagging: "" }),
    async execute(_input, { name, tags }) {
      const TagSet = tagSetOf(tags);
      if (TagSet.length === 0) throw s3Failure("NoSuchTagSet", 404, "The TagSet does not exist", { BucketName: name });
      return { TagSet };
    },
  });

/** Asks for the action of putting tags: there is none for deleting them. */
export const deleteBucketTagging = (parts: S3Parts) =>
  bucketOperation<DeleteBucketTaggingRequest, Record<string, never>>(parts, {
    name: "DeleteBucketTagging",
    readOnly: false,
    action: "PutBucketTagging",
    recorded: () => ({ tagging: "" }),
    async execute(_input, bucket, call) {
      await changeBucket(call, bucket, { tags: "{}" });
      return {};
    },
  });
