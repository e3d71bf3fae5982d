import type { DeleteObjectOutput, DeleteObjectRequest } from "@aws-sdk/client-s3";
import { inS3Words } from "./errors.js";
import { unquoted } from "./etags.js";
import { objectOperation } from "./object-operation.js";
import type { S3Parts } from "./s3-deps.js";

/** Deletes an object; deleting what is not there succeeds. */
export const deleteObject = (parts: S3Parts) =>
  objectOperation<DeleteObjectRequest, DeleteObjectOutput>(parts, {
    name: "DeleteObject",
    readOnly: false,
    action: "DeleteObject",
    async execute({ IfMatch }, { bucket, key }) {
      await inS3Words(
        { bucket: bucket.name, key },
        parts.objects.delete(bucket.id, [key], IfMatch === undefined ? undefined : { etag: unquoted(IfMatch) }),
      );
      return {};
    },
  });
