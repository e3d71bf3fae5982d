import { createHash } from "node:crypto";
import { base32 } from "./identity-ids.js";

/** A managed policy that AWS keeps and every account may attach. */
export interface AwsManagedPolicy {
  readonly arn: string;
  readonly policyId: string;
  readonly name: string;
  readonly path: string;
  readonly description: string;
  /** JSON text. */
  readonly document: string;
}

/** All of them are as of one moment: AWS's dates differ by policy and mean nothing here. */
export const awsManagedPolicyCreatedMs = Date.UTC(2026, 0, 1);

const xrayWrites = [
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:GetSamplingStatisticSummaries",
];

const xrayReads = [
  ...["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"],
  ...["xray:BatchGetTraces", "xray:BatchGetTraceSummaryById", "xray:GetDistinctTraceGraphs", "xray:GetServiceGraph"],
  ...["xray:GetTraceGraph", "xray:GetTraceSummaries", "xray:GetGroups", "xray:GetGroup", "xray:ListTagsForResource"],
  ...["xray:ListResourcePolicies", "xray:GetTimeSeriesServiceStatistics", "xray:GetInsightSummaries"],
  ...["xray:GetInsight", "xray:GetInsightEvents", "xray:GetInsightImpactGraph"],
];

const cloudTrailReads = ["cloudtrail:Get*", "cloudtrail:Describe*", "cloudtrail:List*", "cloudtrail:LookupEvents"];
const logsReads = ["logs:Describe*", "logs:Get*", "logs:List*", "logs:FilterLogEvents", "logs:TestMetricFilter"];
const logsQueries = ["logs:StartQuery", "logs:StopQuery", "logs:StartLiveTail", "logs:StopLiveTail"];
const iamReads = [
  ...["iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:Get*", "iam:List*"],
  ...["iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"],
];
const kmsReads = ["kms:Describe*", "kms:Get*", "kms:List*"];

function policy(name: string, description: string, statements: readonly object[], path = "/"): AwsManagedPolicy {
  const arn = `arn:aws:iam::aws:policy${path}${name}`;
  return {
    arn,
    policyId: `ANPA${base32(createHash("sha256").update(arn).digest().subarray(0, 17))}`,
    name,
    path,
    description,
    document: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
  };
}

function allow(actions: string | readonly string[], resource: string | readonly string[] = "*", condition?: object) {
  return { Effect: "Allow", Action: actions, Resource: resource, ...(condition && { Condition: condition }) };
}

const policies: readonly AwsManagedPolicy[] = [
  policy("AdministratorAccess", "Provides full access to AWS services and resources.", [allow("*")]),
  policy("PowerUserAccess", "Provides full access, but does not allow management of users and groups.", [
    { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
    allow(["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles"]),
  ]),
  policy("ReadOnlyAccess", "Provides read-only access to AWS services and resources.", [
    allow([
      ...["xray:BatchGet*", "xray:Get*", ...cloudTrailReads],
      ...["logs:Describe*", "logs:Get*", "logs:FilterLogEvents", "logs:TestMetricFilter", ...logsQueries],
      ...[
        "logs:ListAnomalies",
        "logs:ListEntitiesForLogGroup",
        "logs:ListIntegrations",
        "logs:ListLogAnomalyDetectors",
      ],
      ...["logs:ListLogDeliveries", "logs:ListLogGroupsForEntity", "logs:ListLogGroupsForQuery"],
      ...["logs:ListTagsForResource", "logs:ListTagsLogGroup", "s3:DescribeJob", "s3:Get*", "s3:List*"],
      ...["iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*", ...kmsReads],
      ...["sns:Check*", "sns:Get*", "sns:List*"],
      ...["sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetSessionToken"],
    ]),
  ]),
  policy("SecurityAudit", "Reads the configuration that a security audit needs, and hardly any contents.", [
    allow([
      ...["cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors"],
      ...["cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags", "cloudtrail:ListTrails"],
      ...["cloudtrail:LookupEvents", ...iamReads, ...kmsReads, "logs:Describe*", "logs:GetLogDelivery"],
      ...["logs:ListLogDeliveries", "logs:ListTagsForResource", "logs:ListTagsLogGroup"],
      ...["s3:GetAccelerateConfiguration", "s3:GetAccountPublicAccessBlock", "s3:GetAnalyticsConfiguration"],
      ...["s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetInventoryConfiguration"],
      ...["s3:GetLifecycleConfiguration", "s3:GetMetricsConfiguration", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
      ...["s3:GetReplicationConfiguration", "s3:ListAllMyBuckets", "sns:GetPlatformApplicationAttributes"],
      ...["sns:GetTopicAttributes", "sns:ListSubscriptions", "sns:ListSubscriptionsByTopic"],
      ...["sns:ListTagsForResource", "sns:ListTopics", "sts:GetAccessKeyInfo"],
      // As AWS has it: summaries of traces are among what an auditor reads.
      ...["xray:GetEncryptionConfig", "xray:GetGroup", "xray:GetGroups", "xray:GetSamplingRules"],
      ...["xray:GetSamplingTargets", "xray:GetTraceSummaries", "xray:ListTagsForResource"],
    ]),
  ]),
  policy("AWSXRayDaemonWriteAccess", "Allows the X-Ray daemon to relay segments and to read sampling data.", [
    allow(xrayWrites),
  ]),
  policy("AWSXrayWriteOnlyAccess", "Write-only access to X-Ray.", [allow(xrayWrites)]),
  policy("AWSXrayReadOnlyAccess", "Read-only access to X-Ray.", [allow(xrayReads)]),
  policy("AWSXrayFullAccess", "Full access to X-Ray.", [allow("xray:*")]),
  policy("AWSXrayCrossAccountSharingConfiguration", "Shares traces with another account.", [
    allow(["xray:Link", "oam:ListLinks"]),
    allow(["oam:DeleteLink", "oam:GetLink", "oam:TagResource"], "arn:aws:oam:*:*:link/*"),
    allow(["oam:CreateLink", "oam:UpdateLink"], ["arn:aws:oam:*:*:link/*", "arn:aws:oam:*:*:sink/*"]),
  ]),
  policy("AWSCloudTrail_FullAccess", "Full access to CloudTrail and to what its trails deliver to.", [
    allow(
      ["sns:AddPermission", "sns:CreateTopic", "sns:SetTopicAttributes", "sns:GetTopicAttributes"],
      ["arn:aws:sns:*:*:aws-cloudtrail-logs*"],
    ),
    allow("sns:ListTopics"),
    allow(
      ["s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"],
      ["arn:aws:s3:::aws-cloudtrail-logs*"],
    ),
    allow(["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketPolicy"]),
    allow("cloudtrail:*"),
    allow("logs:CreateLogGroup", ["arn:aws:logs:*:*:log-group:aws-cloudtrail-logs*"]),
    allow(["iam:ListRoles", "iam:GetRolePolicy", "iam:GetUser"]),
    allow("iam:PassRole", "*", { StringEquals: { "iam:PassedToService": "cloudtrail.amazonaws.com" } }),
    allow(["kms:CreateKey", "kms:CreateAlias", "kms:ListKeys", "kms:ListAliases"]),
  ]),
  policy("AWSCloudTrail_ReadOnlyAccess", "Read-only access to CloudTrail.", [allow(cloudTrailReads)]),
  policy("CloudWatchLogsFullAccess", "Full access to CloudWatch Logs.", [allow("logs:*")]),
  policy("CloudWatchLogsReadOnlyAccess", "Read-only access to CloudWatch Logs.", [
    allow([...logsReads, ...logsQueries]),
  ]),
  policy("AmazonS3FullAccess", "Full access to all buckets.", [allow("s3:*")]),
  policy("AmazonS3ReadOnlyAccess", "Read-only access to all buckets.", [
    allow(["s3:Get*", "s3:List*", "s3:Describe*"]),
  ]),
  policy("AmazonSNSFullAccess", "Full access to SNS.", [allow("sns:*")]),
  policy("AmazonSNSReadOnlyAccess", "Read-only access to SNS.", [
    allow([
      ...["sns:CheckIfPhoneNumberIsOptedOut", "sns:GetDataProtectionPolicy", "sns:GetEndpointAttributes"],
      ...["sns:GetPlatformApplicationAttributes", "sns:GetSMSAttributes", "sns:GetSMSSandboxAccountStatus"],
      ...["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:List*"],
    ]),
  ]),
  policy("IAMFullAccess", "Full access to IAM.", [allow("iam:*")]),
  policy("IAMReadOnlyAccess", "Read-only access to IAM.", [allow(iamReads)]),
  policy("AWSKeyManagementServicePowerUser", "Makes keys and reads what there is of them, without using them.", [
    allow([
      ...["kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:Describe*", "kms:GenerateRandom", "kms:Get*"],
      ...["kms:List*", "kms:TagResource", "kms:UntagResource", "iam:ListGroups", "iam:ListRoles", "iam:ListUsers"],
    ]),
  ]),
];

/**
 * AWS's managed policies, restricted to the services there are here: each allows what AWS's policy of that name allows
 * of them, so an attachment made for AWS means the same here. Operations of ours fall under the wildcards of some.
 */
export const awsManagedPolicies: ReadonlyMap<string, AwsManagedPolicy> = new Map(policies.map((one) => [one.arn, one]));

export const daemonWritePolicyArn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess";
