import type { Readable } from "node:stream";
import type {
  UploadPartCopyOutput,
  UploadPartCopyRequest,
  UploadPartOutput,
  UploadPartRequest,
} from "@aws-sdk/client-s3";
import type { ContentKey } from "../../storage/object-store.js";
import { sourceRangeOf } from "./byte-ranges.js";
import { checksumMembers, checksumsOf } from "./checksums.js";
import { copySourceOf, readSource, sourceAccess } from "./copy-source.js";
import { inS3Words, invalidArgument, noSuchUpload } from "./errors.js";
import { quoted } from "./etags.js";
import { limits } from "./limits.js";
import { encryptionMembers, openContentKey, recordedEncryption } from "./object-encryption.js";
import { type ObjectCall, objectOperation } from "./object-operation.js";
import { checkSourceConditions } from "./read-conditions.js";
import type { S3Parts } from "./s3-deps.js";

/** Stores one part of an upload; the same number again replaces it. */
export const uploadPart = (parts: S3Parts) =>
  objectOperation<UploadPartRequest, UploadPartOutput>(parts, {
    name: "UploadPart",
    readOnly: false,
    action: "PutObject",
    recordedResponse: recordedEncryption,
    async execute(input, on) {
      const { bucket, key, call } = on;
      const uploadId = input.UploadId!;
      const partNumber = checkPartNumber(input.PartNumber);
      const contentKey = await keyOfUpload(parts, uploadId, on);
      const part = await inS3Words(
        { bucket: bucket.name, key, uploadId },
        parts.objects.putPart(
          bucket.id,
          key,
          uploadId,
          partNumber,
          input.Body as Readable,
          () => checksumsOf(input),
          contentKey,
        ),
      );
      call.note({ bytesTransferredIn: part.sizeBytes, bytesTransferredOut: 0 });
      return {
        ETag: quoted(part.etag),
        ...checksumMembers(part.checksums),
        ...encryptionMembers(contentKey?.encryption),
      };
    },
  });

/** Stores one part of an upload from an object, or from a range of it. */
export const uploadPartCopy = (parts: S3Parts) =>
  objectOperation<UploadPartCopyRequest, UploadPartCopyOutput>(parts, {
    name: "UploadPartCopy",
    readOnly: false,
    action: "PutObject",
    alsoAccess: (input, { call }) => sourceAccess(parts, input, call, false),
    recordedResponse: ({ CopyPartResult, ...output }) => ({ CopyPartResult, ...recordedEncryption(output) }),
    async execute(input, on) {
      const { bucket, key, call } = on;
      const uploadId = input.UploadId!;
      const partNumber = checkPartNumber(input.PartNumber);
      const contentKey = await keyOfUpload(parts, uploadId, on);
      const { body } = await readSource(parts, await copySourceOf(parts, input), call, (info) => {
        checkSourceConditions(input, info);
        return input.CopySourceRange === undefined ? undefined : sourceRangeOf(input.CopySourceRange, info.sizeBytes);
      });
      const part = await inS3Words(
        { bucket: bucket.name, key, uploadId },
        parts.objects
          .putPart(bucket.id, key, uploadId, partNumber, body, () => ({}), contentKey)
          .finally(() => body.destroy()),
      );
      return {
        ...encryptionMembers(contentKey?.encryption),
        CopyPartResult: { ETag: quoted(part.etag), LastModified: new Date(part.lastModifiedMs) },
      };
    },
  });

/** The upload's key, once more in the name of whoever adds a part. @throws ServiceError NoSuchUpload, and what KMS says */
async function keyOfUpload(parts: S3Parts, uploadId: string, on: ObjectCall): Promise<ContentKey | undefined> {
  const upload = await parts.objects.upload(on.bucket.id, on.key, uploadId);
  if (upload === undefined) throw noSuchUpload(uploadId);
  const { encryption } = upload;
  return encryption && { key: await openContentKey(parts, encryption, on), encryption };
}

function checkPartNumber(partNumber: number | undefined): number {
  if (partNumber === undefined || !Number.isInteger(partNumber) || partNumber < 1 || partNumber > limits.partsMax)
    throw invalidArgument(
      `Part number must be an integer between 1 and ${limits.partsMax}, inclusive`,
      "partNumber",
      partNumber,
    );
  return partNumber;
}
