import type { Call } from "../operation.js";
import type { Bucket } from "./buckets.js";
import { accessDenied, noSuchKey } from "./errors.js";
import { bucketAccess } from "./s3-access.js";

/** The error for a key that is not there: only who may list the bucket may know it. */
export async function missingKey(bucket: Bucket, key: string, call: Call) {
  return (await call.may(bucketAccess(bucket, "ListBucket", call))) ? noSuchKey(key) : accessDenied();
}
