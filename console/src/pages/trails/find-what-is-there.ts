import { CloudTrailClient, DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { clientOf } from "../../api/clients.js";
import { session } from "../../api/session.js";
import type { Found } from "./enable-choices.js";
import { unlessDenied } from "./read-trails.js";

/** One page of each: names beyond are checked by the calls themselves. */
const rolesMax = 1000;

/** Trails, buckets, log groups and roles that are there, each as far as the person may see it. */
export async function findWhatIsThere(abortSignal: AbortSignal): Promise<Found> {
  const { region, role, person } = session.get();
  const send = { abortSignal };
  const [trails, buckets, groups, roles] = await Promise.all([
    clientOf(CloudTrailClient)
      .send(new DescribeTrailsCommand({ includeShadowTrails: false }), send)
      .then(({ trailList = [] }) =>
        trailList.map((trail) => ({
          name: trail.Name ?? "",
          arn: trail.TrailARN ?? "",
          bucket: trail.S3BucketName ?? "",
          group: trail.CloudWatchLogsLogGroupArn?.split(":").slice(6, -1).join(":"),
          roleArn: trail.CloudWatchLogsRoleArn,
          multiRegion: trail.IsMultiRegionTrail === true,
        })),
      )
      .catch(unlessDenied),
    clientOf(S3Client)
      .send(new ListBucketsCommand({}), send)
      .then(({ Buckets = [] }) => Buckets.map(({ Name = "" }) => Name))
      .catch(unlessDenied),
    clientOf(CloudWatchLogsClient)
      .send(new DescribeLogGroupsCommand({ limit: 50 }), send)
      .then(({ logGroups = [] }) => logGroups.map(({ logGroupName = "" }) => logGroupName))
      .catch(unlessDenied),
    clientOf(IAMClient)
      .send(new ListRolesCommand({ MaxItems: rolesMax }), send)
      .then(({ Roles = [] }) => Roles.map(({ RoleName = "" }) => RoleName))
      .catch(unlessDenied),
  ]);
  return { accountId: (role ?? person)?.accountId ?? "", region, trails, buckets, groups, roles };
}
