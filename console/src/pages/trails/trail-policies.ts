/** The policies that let CloudTrail write where a trail delivers, as AWS's own documentation gives them. */

interface TrailPlace {
  readonly accountId: string;
  readonly region: string;
  readonly trailName: string;
  readonly bucket: string;
}

interface Statement {
  readonly Sid?: string;
  readonly [member: string]: unknown;
}

/** `arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME` */
export function arnOfTrail({ accountId, region, trailName }: Omit<TrailPlace, "bucket">): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:trail/${trailName}`;
}

function bucketStatements(place: TrailPlace): readonly Statement[] {
  const { accountId, bucket, trailName } = place;
  const SourceArn = arnOfTrail(place);
  // A bucket may hold several trails: each has statements of its own.
  const suffix = trailName.replace(/[^A-Za-z0-9]/g, "");
  const service = { Service: "cloudtrail.amazonaws.com" };
  return [
    {
      Sid: `AWSCloudTrailAclCheck${suffix}`,
      Effect: "Allow",
      Principal: service,
      Action: "s3:GetBucketAcl",
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: { StringEquals: { "aws:SourceArn": SourceArn } },
    },
    {
      Sid: `AWSCloudTrailWrite${suffix}`,
      Effect: "Allow",
      Principal: service,
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucket}/AWSLogs/${accountId}/*`,
      Condition: {
        StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": SourceArn },
      },
    },
  ];
}

/**
 * A bucket's policy with the statements of a trail in it; what else it says stays.
 *
 * @param before undefined: it has none.
 * @returns undefined if the statements are there already.
 */
export function bucketPolicyWith(before: string | undefined, place: TrailPlace): string | undefined {
  const policy = before === undefined ? {} : (JSON.parse(before) as { Statement?: Statement | Statement[] });
  const known = policy.Statement === undefined ? [] : [policy.Statement].flat();
  const wanted = bucketStatements(place);
  const isThere = (statement: Statement) => known.some((each) => JSON.stringify(each) === JSON.stringify(statement));
  if (wanted.every(isThere)) return undefined;
  const names = new Set(wanted.map(({ Sid }) => Sid));
  const kept = known.filter(({ Sid }) => Sid === undefined || !names.has(Sid));
  return JSON.stringify({ Version: "2012-10-17", ...policy, Statement: [...kept, ...wanted] });
}

/** Lets CloudTrail, and nobody else, act as the role. */
export const roleTrust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Lets the role write the streams of this account's trails in one log group, and nothing else. */
export function rolePolicy({ accountId, region, group }: { accountId: string; region: string; group: string }): string {
  const stream = `${accountId}_CloudTrail_${region}*`;
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `arn:aws:logs:${region}:${accountId}:log-group:${group}:log-stream:${stream}`,
      },
    ],
  });
}

/** A role may serve several groups: each has a policy of its own. */
export function rolePolicyName(group: string): string {
  return `write-${group.replace(/[^\w+=,.@-]/g, "-")}`.slice(0, 128);
}
