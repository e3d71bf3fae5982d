import type { HeadBucketOutput, HeadBucketRequest } from "@aws-sdk/client-s3";
import { operation } from "../operation.js";
import { bucketAccess, bucketArn, objectEvent } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { bucketResources, recordedRequest } from "./s3-record.js";

/** Whether the bucket is there and may be listed. S3's trail counts it among the data events. */
export const headBucket = ({ buckets }: S3Parts) =>
  operation<HeadBucketRequest, HeadBucketOutput>({
    name: "HeadBucket",
    readOnly: true,
    event: objectEvent,
    anonymousAllowed: true,
    access: async (input, call) => [
      bucketAccess(await buckets.need(input.Bucket!, input.ExpectedBucketOwner), "ListBucket", call),
    ],
    async execute(input) {
      const bucket = await buckets.need(input.Bucket!, input.ExpectedBucketOwner);
      return { BucketArn: bucketArn(bucket.name), BucketRegion: bucket.region, AccessPointAlias: false };
    },
    recordedRequest,
    resources: bucketResources,
  });
