import type { EventClass } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import type { Call } from "../operation.js";
import type { Bucket } from "./buckets.js";
import { policyFor } from "./public-access.js";
import type { Tags } from "./tags.js";

export const objectEvent: EventClass = { category: "Data", resourceType: "AWS::S3::Object" };

type Conditions = Readonly<Record<string, string | undefined>>;

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

export function objectArn(name: string, key: string): string {
  return `arn:aws:s3:::${name}/${key}`;
}

/** @param action without `s3:`. */
export function bucketAccess(bucket: Bucket, action: string, call: Call, conditions: Conditions = {}): AccessRequest {
  return accessTo(bucket, bucketArn(bucket.name), action, call, conditions);
}

export function objectAccess(
  bucket: Bucket,
  key: string,
  action: string,
  call: Call,
  conditions: Conditions = {},
): AccessRequest {
  return accessTo(bucket, objectArn(bucket.name, key), action, call, conditions);
}

/** `s3:ExistingObjectTag/KEY` for each tag of the object. */
export function existingTags(tags: Tags | undefined): Conditions {
  return Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]));
}

/** `s3:RequestObjectTag/KEY` for each tag that is to be set. */
export function requestedTags(tags: Tags): Conditions {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`s3:RequestObjectTag/${key}`, value]));
}

function accessTo(bucket: Bucket, resource: string, action: string, call: Call, given: Conditions): AccessRequest {
  const conditions: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) if (value !== undefined) conditions[key] = value;
  return {
    action: `s3:${action}`,
    resource,
    resourceAccountId: bucket.accountId,
    conditions,
    resourcePolicy: { document: policyFor(bucket, call.caller), required: false },
  };
}
