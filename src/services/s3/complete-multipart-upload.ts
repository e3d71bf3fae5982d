import { createHash } from "node:crypto";
import type { CompletedPart, CompleteMultipartUploadOutput, CompleteMultipartUploadRequest } from "@aws-sdk/client-s3";
import type { PartInfo, UploadInfo } from "../../storage/object-store.js";
import { type Checksums, checksumMembers, checksumOfParts, checksumsOf } from "./checksums.js";
import { inS3Words, invalidPart, invalidRequest, malformedXml, noSuchUpload, s3Failure } from "./errors.js";
import { quoted, unquoted } from "./etags.js";
import { limits } from "./limits.js";
import { encryptionMembers, openContentKey, recordedEncryption } from "./object-encryption.js";
import { objectOperation } from "./object-operation.js";
import type { S3Parts } from "./s3-deps.js";
import { writeCondition } from "./write-conditions.js";

/** Makes the listed parts the object, in one step. */
export const completeMultipartUpload = (parts: S3Parts) =>
  objectOperation<CompleteMultipartUploadRequest, CompleteMultipartUploadOutput>(parts, {
    name: "CompleteMultipartUpload",
    readOnly: false,
    action: "PutObject",
    recordedResponse: ({ Location, Bucket, Key, ETag, ...output }) => ({
      location: Location,
      bucket: Bucket,
      key: Key,
      eTag: ETag,
      ...recordedEncryption(output),
    }),
    async execute(input, on) {
      const { bucket, key, call } = on;
      const uploadId = input.UploadId!;
      const condition = writeCondition(input);
      const upload = await parts.objects.upload(bucket.id, key, uploadId);
      if (upload === undefined) throw noSuchUpload(uploadId);
      // Who may not read the parts may not make an object of them.
      if (upload.encryption !== undefined) await openContentKey(parts, upload.encryption, on);
      const stored = await parts.objects.parts({ bucketId: bucket.id, key, uploadId }, { limit: limits.partsMax });
      const chosen = chosenParts(uploadId, input.MultipartUpload?.Parts ?? [], stored);
      const sizeBytes = chosen.reduce((sum, part) => sum + part.sizeBytes, 0);
      if (sizeBytes > limits.multipartObjectBytesMax)
        throw s3Failure("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
      if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== sizeBytes)
        throw invalidRequest(`The provided 'x-amz-mp-object-size' header does not match what was computed.`);
      const checksums = checksumsOfWhole(input, upload, chosen);
      const { headers, metadata, tags, checksumType } = upload;
      const info = await inS3Words(
        { bucket: bucket.name, key, uploadId },
        parts.objects.completeUpload(
          bucket.id,
          key,
          uploadId,
          chosen,
          {
            headers,
            metadata,
            tags,
            checksums,
            ...(Object.keys(checksums).length > 0 ? { checksumType } : {}),
            etag: etagOfParts(chosen),
          },
          condition,
        ),
      );
      return {
        Location: `${call.secureTransport ? "https" : "http"}://${call.host}/${bucket.name}/${encodeURIComponent(key)}`,
        Bucket: bucket.name,
        Key: key,
        ETag: quoted(info.etag),
        ...encryptionMembers(info.encryption),
        ...checksumMembers(info.checksums),
        ...(info.checksumType === undefined ? {} : { ChecksumType: info.checksumType }),
      };
    },
  });

/** @throws ServiceError MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall */
function chosenParts(uploadId: string, listed: readonly CompletedPart[], stored: readonly PartInfo[]): PartInfo[] {
  if (listed.length === 0 || listed.length > limits.partsMax) throw malformedXml();
  for (const [place, { PartNumber = 0 }] of listed.entries())
    if (PartNumber <= (listed[place - 1]?.PartNumber ?? 0))
      throw s3Failure(
        "InvalidPartOrder",
        400,
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
        { UploadId: uploadId },
      );
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  const chosen = listed.map(({ PartNumber = 0, ETag = "", ...given }) => {
    const part = byNumber.get(PartNumber);
    if (part === undefined || part.etag !== unquoted(ETag)) throw invalidPart(uploadId, PartNumber);
    for (const [algorithm, value] of Object.entries(checksumsOf(given)))
      if (part.checksums[algorithm] !== value) throw invalidPart(uploadId, PartNumber);
    return part;
  });
  const small = chosen.slice(0, -1).find(({ sizeBytes }) => sizeBytes < limits.partBytesMin);
  if (small !== undefined)
    throw s3Failure("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size", {
      ProposedSize: small.sizeBytes,
      MinSizeAllowed: limits.partBytesMin,
      PartNumber: small.partNumber,
      ETag: small.etag,
    });
  return chosen;
}

/**
 * The checksum of the kind the upload was begun with, if every part has one; and what the caller says it is, if it says
 * so, has to be that.
 */
function checksumsOfWhole(
  input: CompleteMultipartUploadRequest,
  { checksumAlgorithm, checksumType = "COMPOSITE" }: UploadInfo,
  chosen: readonly PartInfo[],
): Checksums {
  const claimed = Object.entries(checksumsOf(input));
  if (input.ChecksumType !== undefined && checksumAlgorithm !== undefined && input.ChecksumType !== checksumType)
    throw invalidRequest("The upload was created using another checksum type. The complete request must use the same.");
  const computed =
    checksumAlgorithm === undefined ? undefined : checksumOfParts(checksumAlgorithm, checksumType, chosen);
  for (const [algorithm, value] of claimed) {
    const whole = computed !== undefined && algorithm === checksumAlgorithm ? computed : undefined;
    if (whole === undefined)
      throw invalidRequest(
        `The ${algorithm} checksum of the whole cannot be verified: the upload or its parts carry none of that kind.`,
      );
    if (value !== whole)
      throw s3Failure("BadDigest", 400, `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return computed === undefined ? {} : { [checksumAlgorithm!]: computed };
}

/** Hex MD5 over the parts' MD5s, and their number. */
function etagOfParts(chosen: readonly PartInfo[]): string {
  const hash = createHash("md5");
  for (const { etag } of chosen) hash.update(Buffer.from(etag, "hex"));
  return `${hash.digest("hex")}-${chosen.length}`;
}
