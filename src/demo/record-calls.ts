import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { type Account, clientOptions } from "./client-options.js";

export const trailName = "who-read-what";
export const logGroupName = "who-read-what";

export function bucketName(account: Account): string {
  return `who-read-what-${account.accountId}`;
}

export function trailArn({ region, accountId }: Account): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:trail/${trailName}`;
}

/**
 * The five steps of recording X-Ray data events, through the public APIs: a bucket and a log group, a role and a trail,
 * event selectors, start.
 */
export async function recordCalls(account: Account): Promise<void> {
  const options = clientOptions(account, "demo-setup");
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const logs = new CloudWatchLogsClient(options);
  const iam = new IAMClient(options);
  const cloudtrail = new CloudTrailClient(options);
  const bucket = bucketName(account);

  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(deliveryPolicy(account)) }));
  await logs.send(new CreateLogGroupCommand({ logGroupName }));

  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: "trail-to-logs", AssumeRolePolicyDocument: JSON.stringify(trustOfTheTrail) }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: "trail-to-logs",
      PolicyName: "write-log-stream",
      PolicyDocument: JSON.stringify(logStreamPolicy(account)),
    }),
  );

  await cloudtrail.send(
    new CreateTrailCommand({
      Name: trailName,
      S3BucketName: bucket,
      CloudWatchLogsLogGroupArn: `${logGroupArn(account)}:*`,
      CloudWatchLogsRoleArn: Role!.Arn!,
      EnableLogFileValidation: true,
    }),
  );
  await cloudtrail.send(
    new PutEventSelectorsCommand({
      TrailName: trailName,
      AdvancedEventSelectors: [
        { Name: "Changes", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
        {
          Name: "Traces",
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Data"] },
            { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
          ],
        },
      ],
    }),
  );
  await cloudtrail.send(new StartLoggingCommand({ Name: trailName }));
  for (const client of [s3, logs, iam, cloudtrail]) client.destroy();
}

function logGroupArn({ region, accountId }: Account): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`;
}

/** The two statements CloudTrail asks of a bucket. Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy". */
function deliveryPolicy(account: Account) {
  const bucketArn = `arn:aws:s3:::${bucketName(account)}`;
  const principal = { Service: "cloudtrail.amazonaws.com" };
  const source = { "aws:SourceArn": trailArn(account) };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AWSCloudTrailAclCheck20150319",
        Effect: "Allow",
        Principal: principal,
        Action: "s3:GetBucketAcl",
        Resource: bucketArn,
        Condition: { StringEquals: source },
      },
      {
        Sid: "AWSCloudTrailWrite20150319",
        Effect: "Allow",
        Principal: principal,
        Action: "s3:PutObject",
        Resource: `${bucketArn}/AWSLogs/${account.accountId}/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", ...source } },
      },
    ],
  };
}

const trustOfTheTrail = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

function logStreamPolicy(account: Account) {
  const stream = `${account.accountId}_CloudTrail_${account.region}*`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${logGroupArn(account)}:log-stream:${stream}`,
      },
    ],
  };
}
