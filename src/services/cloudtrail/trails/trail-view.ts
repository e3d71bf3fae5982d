import type { Trail } from "@aws-sdk/client-cloudtrail";
import type { TrailRow } from "../../../audit/trails.js";

/** What CreateTrail and UpdateTrail answer. Strings that are not set are left out. */
export function trailSettings(row: TrailRow) {
  return {
    Name: row.name,
    S3BucketName: row.bucket,
    ...(row.prefix !== null && { S3KeyPrefix: row.prefix }),
    ...(row.sns_topic_name !== null && { SnsTopicName: row.sns_topic_name }),
    ...(row.sns_topic_arn !== null && { SnsTopicARN: row.sns_topic_arn }),
    IncludeGlobalServiceEvents: row.include_global === 1,
    IsMultiRegionTrail: row.multi_region === 1,
    TrailARN: row.arn,
    LogFileValidationEnabled: row.validation === 1,
    ...(row.logs_group_arn !== null && { CloudWatchLogsLogGroupArn: row.logs_group_arn }),
    ...(row.logs_role_arn !== null && { CloudWatchLogsRoleArn: row.logs_role_arn }),
    ...(row.kms_key_arn !== null && { KmsKeyId: row.kms_key_arn }),
    IsOrganizationTrail: false,
    // Newer than most clients: told only to those who set it.
    ...(row.recursive_logging !== null && { RecursiveLogging: row.recursive_logging === 1 }),
  };
}

/** What GetTrail and DescribeTrails answer. */
export function trailView(row: TrailRow): Trail {
  return {
    ...trailSettings(row),
    HomeRegion: row.home_region,
    HasCustomEventSelectors: row.custom_selectors === 1,
    HasInsightSelectors: row.insight_selectors === 1,
  };
}
