import type { CreateMultipartUploadOutput, CreateMultipartUploadRequest } from "@aws-sdk/client-s3";
import { checksumAlgorithms } from "./checksums.js";
import { inS3Words, invalidRequest, notImplemented } from "./errors.js";
import { newContentKey, newEncryptionMembers, recordedEncryption } from "./object-encryption.js";
import { factsOf } from "./object-facts.js";
import { objectOperation } from "./object-operation.js";
import type { S3Parts } from "./s3-deps.js";
import { tagsOfHeader } from "./tags.js";

/** Begins an upload in parts. What is said of the object is said here. */
export const createMultipartUpload = (parts: S3Parts) =>
  objectOperation<CreateMultipartUploadRequest, CreateMultipartUploadOutput>(parts, {
    name: "CreateMultipartUpload",
    readOnly: false,
    action: "PutObject",
    recorded: () => ({ uploads: "" }),
    recordedResponse: ({ Bucket, Key, UploadId, ...output }) => ({
      bucket: Bucket,
      key: Key,
      uploadId: UploadId,
      ...recordedEncryption(output),
    }),
    async execute(input, on) {
      const { bucket, key, call } = on;
      const checksum = checksumWanted(input);
      const facts = factsOf(input, tagsOfHeader(input.Tagging));
      const { encryption } = await newContentKey(parts, input, on);
      const { uploadId } = await inS3Words(
        { bucket: bucket.name, key },
        parts.objects.createUpload(bucket.id, key, {
          ...facts,
          ...(checksum === undefined ? {} : { checksumAlgorithm: checksum.algorithm, checksumType: checksum.type }),
          encryption,
          initiatorAccountId: call.caller.kind === "anonymous" ? bucket.accountId : call.accountId,
        }),
      );
      return {
        Bucket: bucket.name,
        Key: key,
        UploadId: uploadId,
        ...newEncryptionMembers(encryption),
        ...(checksum === undefined ? {} : { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type }),
      };
    },
  });

/**
 * CRC64NVME is always of the whole object, hashes are always composed of the parts', the other CRCs are as asked for.
 * Source: S3 user guide, "Checking object integrity", table of multipart checksum types.
 */
function checksumWanted({ ChecksumAlgorithm: algorithm, ChecksumType: asked }: CreateMultipartUploadRequest) {
  if (algorithm === undefined) {
    if (asked !== undefined)
      throw invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
    return undefined;
  }
  if (!(checksumAlgorithms as readonly string[]).includes(algorithm))
    throw notImplemented(`Checksums of the algorithm ${String(algorithm).slice(0, 32)} are not offered.`);
  const only = algorithm === "CRC64NVME" ? "FULL_OBJECT" : algorithm.startsWith("SHA") ? "COMPOSITE" : undefined;
  if (
    asked !== undefined &&
    ((only !== undefined && asked !== only) || (asked !== "COMPOSITE" && asked !== "FULL_OBJECT"))
  )
    throw invalidRequest(
      `The ${String(asked).slice(0, 32)} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return { algorithm, type: asked ?? only ?? ("COMPOSITE" as const) };
}
