/** What people call services, where that is not the first part of the event source. */
const otherNames: Readonly<Record<string, string>> = {
  cloudwatch: "monitoring",
  "x-ray": "xray",
  "elastic-load-balancing": "elasticloadbalancing",
  elb: "elasticloadbalancing",
  eventbridge: "events",
};

const sources = new Set(
  (
    "acm apigateway athena autoscaling backup bedrock cloudformation cloudfront cloudtrail cloudtrail-data codebuild cognito-idp " +
    "config dynamodb ec2 ecr ecs eks elasticache elasticfilesystem elasticloadbalancing events firehose glue guardduty iam " +
    "inspector2 kinesis kms lambda logs macie2 monitoring organizations rds redshift route53 s3 sagemaker secretsmanager " +
    "securityhub ses signin sns sqs ssm states sts waf wafv2 xray"
  ).split(" "),
);

/** Services whose names are words of their own: meant only with `aws` before or `.amazonaws.com` behind. */
const words = new Set(["backup", "config", "events", "logs", "states"]);

/** `s3`, `X-Ray`, `Amazon EC2`, `sts.amazonaws.com` → the event source. */
export function eventSourceOf(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (words.has(lower)) return undefined;
  const word = lower.replace(/^(aws|amazon) /, "").replace(/\.amazonaws\.com$/, "");
  const source = Object.hasOwn(otherNames, word) ? otherNames[word]! : word;
  return sources.has(source) ? `${source}.amazonaws.com` : undefined;
}
