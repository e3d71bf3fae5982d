import type { AbortMultipartUploadOutput, AbortMultipartUploadRequest } from "@aws-sdk/client-s3";
import { inS3Words } from "./errors.js";
import { objectOperation } from "./object-operation.js";
import type { S3Parts } from "./s3-deps.js";

/** Ends an upload and removes its parts. */
export const abortMultipartUpload = (parts: S3Parts) =>
  objectOperation<AbortMultipartUploadRequest, AbortMultipartUploadOutput>(parts, {
    name: "AbortMultipartUpload",
    readOnly: false,
    action: "AbortMultipartUpload",
    async execute({ UploadId }, { bucket, key }) {
      const uploadId = UploadId!;
      await inS3Words({ bucket: bucket.name, key, uploadId }, parts.objects.abortUpload(bucket.id, key, uploadId));
      return {};
    },
  });
