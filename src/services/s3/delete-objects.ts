import type { _Error, DeleteObjectsOutput, DeleteObjectsRequest } from "@aws-sdk/client-s3";
import { operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import { inS3Words, malformedXml } from "./errors.js";
import { limits } from "./limits.js";
import { refuseNotServed } from "./not-served.js";
import { objectAccess, objectArn, objectEvent } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { bucketResources, recordedRequest } from "./s3-record.js";

/** Deletes up to 1,000 objects. Each key is allowed or refused by itself, so nothing is asked beforehand. */
export const deleteObjects = ({ buckets, objects }: S3Parts) =>
  operation<DeleteObjectsRequest, DeleteObjectsOutput>({
    name: "DeleteObjects",
    readOnly: false,
    event: objectEvent,
    access: () => [],
    async execute(input, call) {
      const bucket = await buckets.need(input.Bucket!, input.ExpectedBucketOwner);
      const wanted = input.Delete?.Objects ?? [];
      if (wanted.length === 0 || wanted.length > limits.keysDeletedTogetherMax) throw malformedXml();
      const errors: _Error[] = [];
      const allowed: string[] = [];
      for (const { Key, VersionId, ETag, LastModifiedTime, Size } of wanted) {
        const key = Key ?? "";
        try {
          refuseNotServed({ Key: key, VersionId, IfMatchLastModifiedTime: LastModifiedTime, IfMatchSize: Size });
          if (!(await call.may(objectAccess(bucket, key, "DeleteObject", call)))) {
            errors.push({ Key: key, Code: "AccessDenied", Message: "Access Denied" });
            continue;
          }
          if (ETag === undefined) allowed.push(key);
          else
            await inS3Words(
              { bucket: bucket.name, key },
              objects.delete(bucket.id, [key], { etag: ETag.replaceAll('"', "") }),
            );
        } catch (reason) {
          if (!(reason instanceof ServiceError)) throw reason;
          errors.push({ Key: key, Code: reason.code, Message: reason.message });
        }
      }
      await inS3Words({ bucket: bucket.name, key: "" }, objects.delete(bucket.id, allowed));
      const failed = new Set(errors.map(({ Key }) => Key));
      const deleted = wanted.filter(({ Key }) => !failed.has(Key ?? "")).map(({ Key }) => ({ Key }));
      return {
        ...(input.Delete?.Quiet || deleted.length === 0 ? {} : { Deleted: deleted }),
        ...(errors.length > 0 ? { Errors: errors } : {}),
      };
    },
    recordedRequest: (input) => recordedRequest(input, { delete: "" }),
    recordedResponse: () => null,
    resources: (input) => [
      ...(input.Delete?.Objects ?? [])
        .slice(0, limits.keysDeletedTogetherMax)
        .map(({ Key }) => ({ type: "AWS::S3::Object", arn: objectArn(input.Bucket ?? "", Key ?? "") })),
      ...bucketResources({ Bucket: input.Bucket }),
    ],
  });
