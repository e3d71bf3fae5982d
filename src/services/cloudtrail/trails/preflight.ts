import { errorCodeOf, RoleNotAssumed, type TrailIdentity } from "../../../audit/destinations.js";
import { probeKey } from "../../../audit/log-file.js";
import { serviceUnavailable } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { badGroup, badRole, type LogsDestination } from "./trail-input.js";

const bucketNameCharsMin = 3;

/** An answer that never came says nothing about policies: the caller may try again. */
function requireAnswer(reason: unknown, what: string): string {
  const code = errorCodeOf(reason);
  if (code === undefined) throw serviceUnavailable(`${what} did not answer.`, reason);
  return code;
}

interface Place {
  readonly bucket: string;
  readonly prefix?: string;
}

/** Whether a bucket took the marker object as it is, or may be one that takes nothing that is not under a KMS key. */
export type PlainMarker = "taken" | "refused";

/**
 * Reads the bucket's ACL and writes the marker object, as the service principal and for this trail. Both are tried, as
 * AWS does, so a marker stays even where reading the ACL is refused.
 *
 * @param keyFollows the trail has a KMS key: if the marker is refused, `checkKey` says why.
 */
export async function checkBucket(
  deps: CloudTrailDeps,
  trail: TrailIdentity,
  { bucket, prefix }: Place,
  keyFollows: boolean,
): Promise<PlainMarker> {
  const key = probeKey({ prefix, accountId: trail.accountId });
  const outcomes = await Promise.allSettled([
    deps.destinations.readBucketAcl(trail, bucket),
    deps.destinations.putObject(trail, { bucket, key, body: new Uint8Array() }),
  ]);
  const failures = outcomes.filter((outcome) => outcome.status === "rejected").map((outcome) => outcome.reason);
  if (failures.length === 0) return "taken";
  const codes = failures.map((reason) => requireAnswer(reason, `S3 bucket ${bucket}`));
  if (codes.includes("NoSuchBucket") || bucket.length < bucketNameCharsMin)
    throw cloudTrailError("S3BucketDoesNotExist", `S3 bucket ${bucket} does not exist!`, failures[0]);
  if (keyFollows && outcomes[0].status === "fulfilled") return "refused";
  throw insufficientBucketPolicy(bucket, failures[0]);
}

function insufficientBucketPolicy(bucket: string, cause: unknown) {
  const message = `Incorrect S3 bucket policy is detected for bucket: ${bucket}`;
  return cloudTrailError("InsufficientS3BucketPolicy", message, cause);
}

export async function checkTopic(deps: CloudTrailDeps, trail: TrailIdentity, topicArn: string): Promise<void> {
  try {
    await deps.destinations.publish(trail, topicArn, "CloudTrail validation message.");
  } catch (reason) {
    requireAnswer(reason, `SNS topic ${topicArn}`);
    throw cloudTrailError(
      "InsufficientSnsTopicPolicy",
      "SNS Topic does not exist or the topic policy is incorrect!",
      reason,
    );
  }
}

/**
 * Finds the key and writes the marker object under it, in the trail's encryption context: so the key's policy and the
 * bucket's have let CloudTrail do what a delivery does. Where buckets are at another endpoint, so are their keys: that
 * store alone is asked, and what it answers is the key's ARN.
 *
 * @returns the key's ARN, which an alias is resolved to once and for all.
 */
export async function checkKey(
  deps: CloudTrailDeps,
  trail: TrailIdentity,
  keyId: string,
  { place, plain }: { readonly place: Place; readonly plain: PlainMarker },
): Promise<string> {
  const insufficient = (cause: unknown) =>
    cloudTrailError(
      "InsufficientEncryptionPolicy",
      `Insufficient permissions to access S3 bucket ${place.bucket} or KMS key ${keyId}.`,
      cause,
    );
  const key = deps.destinations.elsewhere
    ? { arn: keyId, enabled: true }
    : await deps.destinations.describeKey(trail, keyId).catch((reason: unknown) => {
        requireAnswer(reason, `KMS key ${keyId}`);
        throw insufficient(reason);
      });
  if (!key.enabled) throw cloudTrailError("Kms", `KMS key ${key.arn} is disabled or pending deletion.`);
  const marker = { bucket: place.bucket, key: probeKey({ prefix: place.prefix, accountId: trail.accountId }) };
  const answer = await deps.destinations
    .putObject(trail, { ...marker, body: new Uint8Array(), kmsKeyArn: key.arn })
    .catch((reason: unknown) => {
      const code = requireAnswer(reason, `S3 bucket ${place.bucket}`);
      if (code === "NotImplemented") return undefined;
      if (code === "KMS.DisabledException" || code === "KMS.KMSInvalidStateException")
        throw cloudTrailError("Kms", `KMS key ${key.arn} is disabled or pending deletion.`, reason);
      // The key is there, so it is the bucket that is in another region.
      if (code === "KMS.NotFoundException")
        throw cloudTrailError(
          "KmsKeyNotFound",
          `KMS key ${key.arn} was not found in the region of S3 bucket ${place.bucket}.`,
          reason,
        );
      throw plain === "refused" ? insufficientBucketPolicy(place.bucket, reason) : insufficient(reason);
    });
  // A trail must not claim an encryption that its bucket does not do.
  if (answer?.ServerSideEncryption !== "aws:kms")
    throw cloudTrailError(
      "UnsupportedOperation",
      `S3 bucket ${place.bucket} does not encrypt with KMS keys (SSE-KMS). Leave KmsKeyId out.`,
    );
  return (deps.destinations.elsewhere && answer.SSEKMSKeyId) || key.arn;
}

/** Assumes the role and creates the trail's log stream. */
export async function checkLogs(deps: CloudTrailDeps, trail: TrailIdentity, logs: LogsDestination): Promise<void> {
  const groupName = logs.groupArn.split(":").slice(6, -1).join(":");
  // What was cached of the role may be older than its policies.
  deps.destinations.forgetRole(trail, logs.roleArn);
  try {
    await deps.destinations.createLogStream(trail, {
      groupName,
      streamName: `${trail.accountId}_CloudTrail_${trail.homeRegion}`,
      roleArn: logs.roleArn,
    });
  } catch (reason) {
    if (reason instanceof RoleNotAssumed)
      throw badRole("Access denied. Check the trust relationships for your role.", reason);
    if (requireAnswer(reason, `Log group ${groupName}`) === "ResourceNotFoundException")
      throw badGroup("Check the log group ARN: CloudTrail can't validate it.", reason);
    throw badGroup("Access denied. Check the permissions for your role.", reason);
  }
}
