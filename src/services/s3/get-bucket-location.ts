import type { GetBucketLocationOutput, GetBucketLocationRequest } from "@aws-sdk/client-s3";
import { bucketOperation } from "./bucket-operation.js";
import type { S3Parts } from "./s3-deps.js";

/** The bucket's region; none stands for us-east-1. */
export const getBucketLocation = (parts: S3Parts) =>
  bucketOperation<GetBucketLocationRequest, GetBucketLocationOutput>(parts, {
    name: "GetBucketLocation",
    readOnly: true,
    recorded: () => ({ location: "" }),
    execute: async (_input, { region }) =>
      region === "us-east-1"
        ? {}
        : { LocationConstraint: region as NonNullable<GetBucketLocationOutput["LocationConstraint"]> },
  });
