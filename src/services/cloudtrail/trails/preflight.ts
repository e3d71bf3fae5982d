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

/**
 * Reads the bucket's ACL and writes the marker object, as the service principal and for this trail. Both are tried, as
 * AWS does, so a marker stays even where reading the ACL is refused.
 */
export async function checkBucket(
  deps: CloudTrailDeps,
  trail: TrailIdentity,
  place: { readonly bucket: string; readonly prefix?: string },
): Promise<void> {
  const { bucket, prefix } = place;
  const key = probeKey({ prefix, accountId: trail.accountId });
  const outcomes = await Promise.allSettled([
    deps.destinations.readBucketAcl(trail, bucket),
    deps.destinations.putObject(trail, { bucket, key, body: new Uint8Array() }),
  ]);
  const failures = outcomes.filter((outcome) => outcome.status === "rejected").map((outcome) => outcome.reason);
  if (failures.length === 0) return;
  const codes = failures.map((reason) => requireAnswer(reason, `S3 bucket ${bucket}`));
  if (codes.includes("NoSuchBucket") || bucket.length < bucketNameCharsMin)
    throw cloudTrailError("S3BucketDoesNotExist", `S3 bucket ${bucket} does not exist!`, failures[0]);
  throw cloudTrailError(
    "InsufficientS3BucketPolicy",
    `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
    failures[0],
  );
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
 * Finds the key and writes the marker object under it.
 *
 * @returns the key's ARN, which an alias is resolved to once and for all.
 */
export async function checkKey(
  deps: CloudTrailDeps,
  trail: TrailIdentity,
  keyId: string,
  place: { readonly bucket: string; readonly prefix?: string },
): Promise<string> {
  const insufficient = (cause: unknown) =>
    cloudTrailError(
      "InsufficientEncryptionPolicy",
      `Insufficient permissions to access S3 bucket ${place.bucket} or KMS key ${keyId}.`,
      cause,
    );
  const key = await deps.destinations.describeKey(trail, keyId).catch((reason: unknown) => {
    requireAnswer(reason, `KMS key ${keyId}`);
    throw insufficient(reason);
  });
  if (!key.enabled) throw cloudTrailError("Kms", `KMS key ${key.arn} is disabled.`);
  const marker = { bucket: place.bucket, key: probeKey({ prefix: place.prefix, accountId: trail.accountId }) };
  const answer = await deps.destinations
    .putObject(trail, { ...marker, body: new Uint8Array(), kmsKeyArn: key.arn })
    .catch((reason: unknown) => {
      if (requireAnswer(reason, `S3 bucket ${place.bucket}`) === "NotImplemented") return undefined;
      throw insufficient(reason);
    });
  // A trail must not claim an encryption that its bucket does not do.
  if (answer?.ServerSideEncryption !== "aws:kms")
    throw cloudTrailError(
      "UnsupportedOperation",
      `S3 bucket ${place.bucket} does not encrypt with KMS keys (SSE-KMS). Leave KmsKeyId out.`,
    );
  return key.arn;
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
