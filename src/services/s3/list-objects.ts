import type {
  ListObjectsOutput,
  ListObjectsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
  ListObjectVersionsOutput,
  ListObjectVersionsRequest,
} from "@aws-sdk/client-s3";
import { type AnyOperation, type Call, operation } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import type { Bucket } from "./buckets.js";
import { invalidArgument } from "./errors.js";
import { keyEncoder, listed, listLimit, listQuery } from "./listings.js";
import { canonicalUser } from "./owners.js";
import { bucketAccess, objectEvent } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { listedResources, recordedRequest } from "./s3-record.js";

interface ListInput {
  readonly Bucket: string | undefined;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
  readonly ExpectedBucketOwner?: string;
}

/** The first listing: continues behind a marker, which is any key. */
export const listObjects = (parts: S3Parts) =>
  listing<ListObjectsRequest, ListObjectsOutput>(parts, {
    name: "ListObjects",
    action: "ListBucket",
    async execute(input, bucket) {
      const encode = keyEncoder(input.EncodingType);
      const limit = listLimit(input.MaxKeys, "max-keys");
      const page = await parts.objects.list(bucket.id, listQuery({ ...input, after: input.Marker, limit }));
      return {
        ...echoed(input, encode),
        Marker: encode(input.Marker ?? ""),
        MaxKeys: limit,
        IsTruncated: page.next !== undefined,
        // Without a delimiter, the last key says it.
        ...(page.next === undefined || input.Delimiter === undefined ? {} : { NextMarker: encode(page.next) }),
        ...listed(page, encode, bucket.accountId),
      };
    },
  });

/** The second listing: continues behind an opaque token; starts behind any key. */
export const listObjectsV2 = (parts: S3Parts) =>
  listing<ListObjectsV2Request, ListObjectsV2Output>(parts, {
    name: "ListObjectsV2",
    action: "ListBucket",
    recorded: () => ({ "list-type": "2" }),
    async execute(input, bucket) {
      const encode = keyEncoder(input.EncodingType);
      const limit = listLimit(input.MaxKeys, "max-keys");
      const request = [bucket.id, input.Prefix ?? "", input.Delimiter ?? ""];
      const token = input.ContinuationToken;
      const position = token === undefined ? [input.StartAfter ?? ""] : decodePageToken(token, request);
      if (position === undefined)
        throw invalidArgument("The continuation token provided is incorrect", "continuation-token");
      const page = await parts.objects.list(bucket.id, listQuery({ ...input, after: position[0], limit }));
      return {
        ...echoed(input, encode),
        ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
        MaxKeys: limit,
        KeyCount: page.objects.length + page.commonPrefixes.length,
        IsTruncated: page.next !== undefined,
        ...(page.next === undefined ? {} : { NextContinuationToken: encodePageToken([page.next], request) }),
        ...listed(page, encode, input.FetchOwner ? bucket.accountId : undefined),
      };
    },
  });

/** Every object has one version, whose id is `null`. */
export const listObjectVersions = (parts: S3Parts) =>
  listing<ListObjectVersionsRequest, ListObjectVersionsOutput>(parts, {
    name: "ListObjectVersions",
    action: "ListBucketVersions",
    recorded: () => ({ versions: "" }),
    async execute(input, bucket) {
      const encode = keyEncoder(input.EncodingType);
      const limit = listLimit(input.MaxKeys, "max-keys");
      if (input.VersionIdMarker !== undefined && input.KeyMarker === undefined)
        throw invalidArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker");
      const page = await parts.objects.list(bucket.id, listQuery({ ...input, after: input.KeyMarker, limit }));
      const { Contents = [], CommonPrefixes } = listed(page, encode);
      return {
        ...echoed(input, encode),
        KeyMarker: encode(input.KeyMarker ?? ""),
        VersionIdMarker: input.VersionIdMarker ?? "",
        MaxKeys: limit,
        IsTruncated: page.next !== undefined,
        ...(page.next === undefined ? {} : { NextKeyMarker: encode(page.next), NextVersionIdMarker: "null" }),
        ...(Contents.length === 0
          ? {}
          : {
              Versions: Contents.map((object) => ({
                ...object,
                StorageClass: "STANDARD" as const,
                VersionId: "null",
                IsLatest: true,
                Owner: canonicalUser(bucket.accountId),
              })),
            }),
        ...(CommonPrefixes === undefined ? {} : { CommonPrefixes }),
      };
    },
  });

function listing<Input extends ListInput, Output>(
  parts: S3Parts,
  definition: {
    readonly name: string;
    readonly action: string;
    readonly recorded?: () => Readonly<Record<string, unknown>>;
    execute(input: Input, bucket: Bucket, call: Call): Promise<Output>;
  },
): AnyOperation {
  const bucketOf = ({ Bucket, ExpectedBucketOwner }: Input) => parts.buckets.need(Bucket!, ExpectedBucketOwner);
  return operation<Input, Output>({
    name: definition.name,
    readOnly: true,
    event: objectEvent,
    anonymousAllowed: true,
    access: async (input, call) => [
      bucketAccess(await bucketOf(input), definition.action, call, {
        "s3:prefix": input.Prefix ?? "",
        "s3:delimiter": input.Delimiter,
        "s3:max-keys": input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
      }),
    ],
    execute: async (input, call) => definition.execute(input, await bucketOf(input), call),
    recordedRequest: (input) => recordedRequest(input, definition.recorded?.()),
    resources: ({ Bucket, Prefix }) => listedResources({ Bucket, Prefix }),
  });
}

function echoed(
  input: ListInput & { readonly EncodingType?: ListObjectsRequest["EncodingType"] },
  encode: (key: string) => string,
) {
  return {
    Name: input.Bucket,
    Prefix: encode(input.Prefix ?? ""),
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
  };
}
