import type { EventResource } from "../../audit/event.js";
import { bucketArn, objectArn } from "./s3-access.js";

/** Members of inputs that the record keeps, under the names S3's records give them. Bodies and keys of encryption are not among them. */
const recordedNames: Readonly<Record<string, string>> = {
  Bucket: "bucketName",
  Key: "key",
  Prefix: "prefix",
  Delimiter: "delimiter",
  Marker: "marker",
  MaxKeys: "max-keys",
  StartAfter: "start-after",
  ContinuationToken: "continuation-token",
  EncodingType: "encoding-type",
  KeyMarker: "key-marker",
  UploadIdMarker: "upload-id-marker",
  VersionIdMarker: "version-id-marker",
  MaxUploads: "max-uploads",
  PartNumberMarker: "part-number-marker",
  MaxParts: "max-parts",
  UploadId: "uploadId",
  PartNumber: "partNumber",
  VersionId: "versionId",
  Range: "Range",
  CopySource: "x-amz-copy-source",
  CopySourceRange: "x-amz-copy-source-range",
  MetadataDirective: "x-amz-metadata-directive",
  TaggingDirective: "x-amz-tagging-directive",
  ACL: "x-amz-acl",
  StorageClass: "x-amz-storage-class",
  ObjectOwnership: "x-amz-object-ownership",
  ServerSideEncryption: "x-amz-server-side-encryption",
  SSEKMSKeyId: "x-amz-server-side-encryption-aws-kms-key-id",
  Tagging: "x-amz-tagging",
  IfMatch: "If-Match",
  IfNoneMatch: "If-None-Match",
  MaxBuckets: "max-buckets",
  BucketRegion: "bucket-region",
};

/** `requestParameters` of a call. `also` adds what the table cannot say. */
export function recordedRequest(input: object, also: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const recorded: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(input)) {
    const name = recordedNames[member];
    if (name !== undefined && (typeof value === "string" || typeof value === "number")) recorded[name] = String(value);
  }
  return { ...recorded, ...also };
}

export function bucketResources({ Bucket }: { readonly Bucket?: string }): EventResource[] {
  return Bucket === undefined ? [] : [{ type: "AWS::S3::Bucket", name: Bucket, arn: bucketArn(Bucket) }];
}

export function objectResources(input: { readonly Bucket?: string; readonly Key?: string }): EventResource[] {
  const { Bucket, Key } = input;
  if (Bucket === undefined) return [];
  const object = Key === undefined ? [] : [{ type: "AWS::S3::Object", arn: objectArn(Bucket, Key) }];
  return [...object, { type: "AWS::S3::Bucket", arn: bucketArn(Bucket) }];
}

/** Without a key, what is listed: selectors match it as the bucket's objects. */
export function listedResources({ Bucket, Prefix }: { readonly Bucket?: string; readonly Prefix?: string }) {
  return objectResources({ Bucket, Key: Prefix ?? "" });
}
