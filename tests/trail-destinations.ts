import { gunzipSync } from "node:zlib";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { RunningDosimeter } from "./start-dosimeter.js";

/** A bucket whose policy is the one of the User Guide. */
export async function makeTrailBucket(service: RunningDosimeter, bucket: string): Promise<void> {
  await service.client(S3Client).send(new CreateBucketCommand({ Bucket: bucket }));
  await letTrailsWrite(service, bucket);
}

export async function letTrailsWrite(service: RunningDosimeter, bucket: string): Promise<void> {
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal, Action: "s3:GetBucketAcl", Resource: `arn:aws:s3:::${bucket}` },
      {
        Effect: "Allow",
        Principal,
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${bucket}/AWSLogs/${service.accountId}/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ],
  });
  await service.client(S3Client).send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

/** A log group and a role that may write to it, as CreateTrail takes them. */
export async function makeTrailLogGroup(service: RunningDosimeter, name: string) {
  const { accountId, region } = service;
  await service.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName: name }));
  const iam = service.client(IAMClient);
  const allow = (more: object) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...more }] });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: allow({
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: "write",
      PolicyDocument: allow({
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `arn:aws:logs:${region}:${accountId}:log-group:${name}:log-stream:${accountId}_CloudTrail_${region}*`,
      }),
    }),
  );
  return {
    CloudWatchLogsLogGroupArn: `arn:aws:logs:${region}:${accountId}:log-group:${name}:*`,
    CloudWatchLogsRoleArn: Role!.Arn,
  };
}

export async function keysOf(service: RunningDosimeter, bucket: string, folder = "/CloudTrail/"): Promise<string[]> {
  const { Contents = [] } = await service.client(S3Client).send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map((object) => object.Key as string).filter((key) => key.includes(folder) && key.endsWith(".gz"));
}

export async function objectOf(service: RunningDosimeter, bucket: string, key: string) {
  const object = await service.client(S3Client).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { ...object, bytes: Buffer.from(await object.Body!.transformToByteArray()) };
}

/** Every record in a bucket's log files. */
export async function deliveredRecords(service: RunningDosimeter, bucket: string) {
  const records: DeliveredRecord[] = [];
  for (const key of await keysOf(service, bucket)) {
    const { bytes } = await objectOf(service, bucket, key);
    records.push(...(JSON.parse(gunzipSync(bytes).toString()) as { Records: DeliveredRecord[] }).Records);
  }
  return records;
}

export interface DeliveredRecord {
  readonly eventID: string;
  readonly requestID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventCategory: string;
  readonly readOnly: boolean;
  readonly requestParameters: Record<string, unknown> | null;
}
