import type { CreateTrailCommandInput, UpdateTrailCommandInput } from "@aws-sdk/client-cloudtrail";
import type { ServiceError } from "../../service-error.js";
import { cloudTrailError, organizationsNotInUse } from "../errors.js";

type TrailInput = CreateTrailCommandInput | UpdateTrailCommandInput;

const prefixCharsMax = 200;

export function checkCombination(settings: { readonly multiRegion: boolean; readonly includeGlobal: boolean }): void {
  if (settings.multiRegion && !settings.includeGlobal)
    throw cloudTrailError("InvalidParameterCombination", "Multi-Region trail must include global service events.");
}

/** Organisations do not exist here: the error an account outside one gets. */
export function refuseOrganizationTrail(input: TrailInput): void {
  if (input.IsOrganizationTrail === true) throw organizationsNotInUse();
}

/** Syntax of names, before anything outside is asked. An empty topic name means none. */
export function checkDestinationNames(input: TrailInput): void {
  const { S3BucketName: bucket, S3KeyPrefix: prefix, SnsTopicName: topic } = input;
  if (topic !== undefined && topic !== "" && !isTopic(topic))
    throw cloudTrailError("InvalidSnsTopicName", `The SNS topic name is not valid: ${topic.slice(0, 256)}`);
  if (bucket !== undefined && !isBucketName(bucket))
    throw cloudTrailError("InvalidS3BucketName", `The S3 bucket name is not valid: ${bucket.slice(0, 256)}`);
  if (prefix !== undefined && (prefix.length > prefixCharsMax || /^\/|\/$|[^\x20-\x7e]/.test(prefix)))
    throw cloudTrailError(
      "InvalidS3Prefix",
      `The S3 key prefix must have at most ${prefixCharsMax} characters and neither begin nor end with a slash.`,
    );
}

/** FIFO topics end in `.fifo` and fall with the dot. */
function isTopic(topic: string): boolean {
  return /^(arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:)?[A-Za-z0-9_-]{1,256}$/.test(topic);
}

/** A name that is too short only, as `zz`, is answered as that of a bucket that does not exist. */
function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  );
}

/** The topic's ARN: bare names are of the trail's home region and account. */
export function topicArn(topic: string, home: { readonly region: string; readonly accountId: string }): string {
  return topic.startsWith("arn:") ? topic : `arn:aws:sns:${home.region}:${home.accountId}:${topic}`;
}

export interface LogsDestination {
  readonly groupArn: string;
  readonly roleArn: string;
}

/**
 * What a call wants of CloudWatch Logs: "keep" what is, "detach", or another place. Empty strings detach; a group
 * needs a role and the other way round, given now or before.
 */
export function wantedLogs(
  input: TrailInput,
  before: Partial<LogsDestination>,
  home: { readonly region: string; readonly accountId: string },
): LogsDestination | "keep" | "detach" {
  const { CloudWatchLogsLogGroupArn: group, CloudWatchLogsRoleArn: role } = input;
  if (group === undefined && role === undefined) return "keep";
  if (!group && !role) return "detach";
  const roleArn = role ?? before.roleArn;
  const groupArn = group ?? before.groupArn;
  if (!roleArn) throw badRole("You must specify a role ARN as well as a log group.");
  if (!groupArn) throw badGroup("You must specify a log group as well as a role ARN.");
  const groupPattern = /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:[\w\-/.#]{1,512}:\*$/;
  const [, region, accountId] = groupPattern.exec(groupArn) ?? [];
  if (region !== home.region || accountId !== home.accountId)
    throw badGroup("Check the log group ARN: CloudTrail can't validate it.");
  const [, roleAccountId] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/.exec(roleArn) ?? [];
  if (roleAccountId !== home.accountId) throw badRole("Access denied. Check the trust relationships for your role.");
  return { groupArn, roleArn };
}

export function badGroup(message: string, cause?: unknown): ServiceError {
  return cloudTrailError("InvalidCloudWatchLogsLogGroupArn", message, cause);
}

export function badRole(message: string, cause?: unknown): ServiceError {
  return cloudTrailError("InvalidCloudWatchLogsRoleArn", message, cause);
}

/** Syntax of a key id, key ARN, alias or alias ARN, and its region. */
export function checkKeyId(keyId: string, homeRegion: string): void {
  const arn = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(key\/[\w-]+|alias\/[\w/-]+)$/.exec(keyId);
  if (!arn && !/^(alias\/[\w/-]{1,250}|[\w-]{1,128})$/.test(keyId))
    throw cloudTrailError("InvalidKmsKeyId", `The KMS key id is not valid: ${keyId.slice(0, 256)}`);
  if (arn && arn[1] !== homeRegion)
    throw cloudTrailError("KmsKeyNotFound", `KMS key ${keyId} was not found in ${homeRegion}.`);
}
