import type { ChecksumAlgorithm, ListPartsOutput, ListPartsRequest } from "@aws-sdk/client-s3";
import { checksumMembers } from "./checksums.js";
import { noSuchUpload } from "./errors.js";
import { quoted } from "./etags.js";
import { listLimit } from "./listings.js";
import { openContentKey } from "./object-encryption.js";
import { objectOperation } from "./object-operation.js";
import { canonicalUser } from "./owners.js";
import type { S3Parts } from "./s3-deps.js";

/** The parts an unfinished upload has so far, by number. */
export const listParts = (parts: S3Parts) =>
  objectOperation<ListPartsRequest, ListPartsOutput>(parts, {
    name: "ListParts",
    readOnly: true,
    action: "ListMultipartUploadParts",
    async execute({ UploadId, MaxParts, PartNumberMarker }, on) {
      const { bucket, key } = on;
      const uploadId = UploadId!;
      const upload = await parts.objects.upload(bucket.id, key, uploadId);
      if (upload === undefined) throw noSuchUpload(uploadId);
      if (upload.encryption !== undefined) await openContentKey(parts, upload.encryption, on);
      const limit = listLimit(MaxParts, "max-parts");
      const after = Number(PartNumberMarker ?? 0) || 0;
      const found = await parts.objects.parts({ bucketId: bucket.id, key, uploadId }, { after, limit: limit + 1 });
      const page = found.slice(0, limit);
      return {
        Bucket: bucket.name,
        Key: key,
        UploadId: uploadId,
        PartNumberMarker: String(after),
        NextPartNumberMarker: String(page.at(-1)?.partNumber ?? after),
        MaxParts: limit,
        IsTruncated: limit > 0 && found.length > page.length,
        Parts: page.map((part) => ({
          PartNumber: part.partNumber,
          LastModified: new Date(part.lastModifiedMs),
          ETag: quoted(part.etag),
          Size: part.sizeBytes,
          ...checksumMembers(part.checksums),
        })),
        Initiator: canonicalUser(upload.initiatorAccountId),
        Owner: canonicalUser(bucket.accountId),
        StorageClass: "STANDARD",
        ...(upload.checksumAlgorithm === undefined
          ? {}
          : { ChecksumAlgorithm: upload.checksumAlgorithm as ChecksumAlgorithm, ChecksumType: upload.checksumType }),
      };
    },
  });
