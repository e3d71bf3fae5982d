import type {
  DeleteObjectTaggingOutput,
  DeleteObjectTaggingRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectTaggingOutput,
  PutObjectTaggingRequest,
} from "@aws-sdk/client-s3";
import { inS3Words } from "./errors.js";
import { limits } from "./limits.js";
import { missingKey } from "./missing-key.js";
import { objectOperation } from "./object-operation.js";
import type { S3Parts } from "./s3-deps.js";
import { tagSetOf, tagsOf } from "./tags.js";

const tagsGiven = (input: PutObjectTaggingRequest) => tagsOf(input.Tagging?.TagSet ?? [], limits.objectTagsMax);

export const putObjectTagging = (parts: S3Parts) =>
  objectOperation<PutObjectTaggingRequest, PutObjectTaggingOutput>(parts, {
    name: "PutObjectTagging",
    readOnly: false,
    action: "PutObjectTagging",
    aboutExisting: true,
    newTags: tagsGiven,
    recorded: ({ Tagging }) => ({ tagging: "", Tagging }),
    async execute(input, { bucket, key }) {
      await inS3Words({ bucket: bucket.name, key }, parts.objects.setTags(bucket.id, key, tagsGiven(input)));
      return {};
    },
  });

export const getObjectTagging = (parts: S3Parts) =>
  objectOperation<GetObjectTaggingRequest, GetObjectTaggingOutput>(parts, {
    name: "GetObjectTagging",
    readOnly: true,
    action: "GetObjectTagging",
    aboutExisting: true,
    recorded: () => ({ tagging: "" }),
    async execute(_input, { bucket, key, call }) {
      const info = await parts.objects.head(bucket.id, key);
      if (info === undefined) throw await missingKey(bucket, key, call);
      return { TagSet: tagSetOf(info.tags) };
    },
  });

export const deleteObjectTagging = (parts: S3Parts) =>
  objectOperation<DeleteObjectTaggingRequest, DeleteObjectTaggingOutput>(parts, {
    name: "DeleteObjectTagging",
    readOnly: false,
    action: "DeleteObjectTagging",
    aboutExisting: true,
    recorded: () => ({ tagging: "" }),
    async execute(_input, { bucket, key }) {
      await inS3Words({ bucket: bucket.name, key }, parts.objects.setTags(bucket.id, key, {}));
      return {};
    },
  });
