import type {
  GetBucketVersioningOutput,
  GetBucketVersioningRequest,
  PutBucketVersioningRequest,
} from "@aws-sdk/client-s3";
import { bucketOperation, changeBucket } from "./bucket-operation.js";
import { malformedXml, notImplemented } from "./errors.js";
import type { S3Parts } from "./s3-deps.js";

export const getBucketVersioning = (parts: S3Parts) =>
  bucketOperation<GetBucketVersioningRequest, GetBucketVersioningOutput>(parts, {
    name: "GetBucketVersioning",
    readOnly: true,
    recorded: () => ({ versioning: "" }),
    execute: async (_input, { versioningSuspended }) => (versioningSuspended ? { Status: "Suspended" } : {}),
  });

/** Objects have one version: only that may be asked for. */
export const putBucketVersioning = (parts: S3Parts) =>
  bucketOperation<PutBucketVersioningRequest, Record<string, never>>(parts, {
    name: "PutBucketVersioning",
    readOnly: false,
    recorded: ({ VersioningConfiguration }) => ({ versioning: "", VersioningConfiguration }),
    async execute({ VersioningConfiguration }, bucket, call) {
      const { Status, MFADelete } = VersioningConfiguration ?? {};
      if (Status === "Enabled" || MFADelete === "Enabled")
        throw notImplemented("Versioning is not offered: an object has one version.");
      if (Status !== "Suspended") throw malformedXml();
      await changeBucket(call, bucket, { versioning_suspended: 1 });
      return {};
    },
  });
