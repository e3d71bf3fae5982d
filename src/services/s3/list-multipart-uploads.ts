import type {
  ChecksumAlgorithm,
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  MultipartUpload,
} from "@aws-sdk/client-s3";
import type { UploadInfo } from "../../storage/object-store.js";
import { operation } from "../operation.js";
import { notImplemented } from "./errors.js";
import { keyEncoder, listLimit } from "./listings.js";
import { canonicalUser } from "./owners.js";
import { bucketAccess, objectEvent } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { listedResources, recordedRequest } from "./s3-record.js";

/** Unfinished uploads of a bucket, by key and then by start. */
export const listMultipartUploads = ({ buckets, objects }: S3Parts) =>
  operation<ListMultipartUploadsRequest, ListMultipartUploadsOutput>({
    name: "ListMultipartUploads",
    readOnly: true,
    event: objectEvent,
    access: async (input, call) => [
      bucketAccess(await buckets.need(input.Bucket!, input.ExpectedBucketOwner), "ListBucketMultipartUploads", call),
    ],
    async execute(input, _call) {
      const { Prefix = "", KeyMarker, UploadIdMarker } = input;
      if (input.Delimiter !== undefined && input.Delimiter !== "")
        throw notImplemented("Grouping unfinished uploads by a delimiter is not offered.");
      const bucket = await buckets.need(input.Bucket!, input.ExpectedBucketOwner);
      const encode = keyEncoder(input.EncodingType);
      const limit = listLimit(input.MaxUploads, "max-uploads");
      const found = await objects.uploads(bucket.id, {
        prefix: Prefix,
        ...(KeyMarker === undefined || KeyMarker === "" ? {} : { after: { key: KeyMarker, uploadId: UploadIdMarker } }),
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        Bucket: bucket.name,
        Prefix: encode(Prefix),
        KeyMarker: encode(KeyMarker ?? ""),
        UploadIdMarker: UploadIdMarker ?? "",
        MaxUploads: limit,
        IsTruncated: last !== undefined && found.length > page.length,
        ...(last === undefined ? {} : { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.uploadId }),
        ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
        ...(page.length === 0 ? {} : { Uploads: page.map((upload) => described(upload, bucket.accountId, encode)) }),
      };
    },
    recordedRequest: (input) => recordedRequest(input, { uploads: "" }),
    resources: ({ Bucket, Prefix }) => listedResources({ Bucket, Prefix }),
  });

function described(upload: UploadInfo, ownerAccountId: string, encode: (key: string) => string): MultipartUpload {
  return {
    UploadId: upload.uploadId,
    Key: encode(upload.key),
    Initiated: new Date(upload.initiatedMs),
    StorageClass: "STANDARD",
    Owner: canonicalUser(ownerAccountId),
    Initiator: canonicalUser(upload.initiatorAccountId),
    ...(upload.checksumAlgorithm === undefined
      ? {}
      : { ChecksumAlgorithm: upload.checksumAlgorithm as ChecksumAlgorithm, ChecksumType: upload.checksumType }),
  };
}
