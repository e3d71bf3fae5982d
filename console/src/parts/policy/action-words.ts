import { joinWords } from "./join-words.js";

/** APIs as people call them, by the prefix of their actions. */
const services: Readonly<Record<string, string>> = {
  xray: "X-Ray",
  cloudtrail: "CloudTrail",
  "cloudtrail-data": "CloudTrail channels",
  iam: "IAM",
  sts: "STS",
  kms: "KMS",
  s3: "S3",
  logs: "CloudWatch Logs",
  sns: "SNS",
};

/** Actions that together make something that people have a name for. The first that holds an action names it. */
const activities: readonly { readonly name: string; readonly actions: RegExp }[] = [
  {
    name: "reading traces",
    actions:
      /^xray:(BatchGetTraces|BatchGetTraceSummaryById|GetTraceSummaries|GetTraceGraph|GetServiceGraph|GetDistinctTraceGraphs|GetTimeSeriesServiceStatistics|StartTraceRetrieval|ListRetrievedTraces|GetRetrievedTracesGraph|CancelTraceRetrieval)$/i,
  },
  { name: "sending traces", actions: /^xray:(PutTraceSegments|PutTelemetryRecords)$/i },
  {
    name: "asking what to sample",
    actions: /^xray:(GetSamplingRules|GetSamplingTargets|GetSamplingStatisticSummaries)$/i,
  },
  { name: "reading insights", actions: /^xray:GetInsight\w*$/i },
  { name: "reading the event history", actions: /^cloudtrail:LookupEvents$/i },
  {
    name: "querying the record",
    actions:
      /^cloudtrail:(StartQuery|GetQueryResults|DescribeQuery|CancelQuery|ListQueries|GenerateQuery|SearchSampleQueries)$/i,
  },
  { name: "managing access keys", actions: /^iam:(Create|Update|Delete)AccessKey$/i },
  { name: "managing second factors", actions: /^iam:(\w+|\*)MFADevices?\*?$/i },
  { name: "changing one's password", actions: /^iam:ChangePassword$/i },
  { name: "handing roles to services", actions: /^iam:PassRole$/i },
  { name: "assuming roles", actions: /^sts:AssumeRole\w*$/i },
  { name: "decrypting with keys", actions: /^kms:Decrypt$/i },
  { name: "encrypting with keys", actions: /^kms:(Encrypt|GenerateDataKey\w*|ReEncrypt\w*)\*?$/i },
  { name: "reading objects", actions: /^s3:GetObject(Version)?$/i },
  { name: "writing objects", actions: /^s3:PutObject$/i },
  { name: "listing buckets and objects", actions: /^s3:List\w+\*?$/i },
];

const reading = /^(Get|List|Describe|BatchGet|Lookup|Head|Filter|Test|Search|Simulate|Generate.*Report)/;

/** @param pattern as policies write it, such as `xray:Get*` */
export function activityOf(pattern: string): string {
  if (pattern === "*" || pattern === "*:*") return "everything";
  const [prefix = "", action = ""] = pattern.split(":");
  const service = services[prefix.toLowerCase()] ?? prefix;
  if (action === "*") return `everything in ${service}`;
  const known = activities.find(({ actions }) => actions.test(pattern));
  if (known !== undefined) return known.name;
  if (/^[*?]/.test(action)) return `some actions of ${service}`;
  return `${reading.test(action) ? "reading" : "changing"} ${service}`;
}

/** `reading traces (xray:BatchGetTraces, xray:GetTraceSummaries) and everything in KMS` */
export function actionsInWords({ patterns, negated }: { patterns: readonly string[]; negated: boolean }): string {
  if (negated) return `everything except ${joinWords(patterns, { max: 8 })}`;
  const byActivity = new Map<string, string[]>();
  for (const pattern of patterns) {
    const activity = activityOf(pattern);
    byActivity.set(activity, [...(byActivity.get(activity) ?? []), pattern]);
  }
  if (byActivity.has("everything")) return "everything";
  return joinWords(
    [...byActivity].map(([activity, named]) =>
      activity.startsWith("everything") ? activity : `${activity} (${namesOf(named)})`,
    ),
    { max: 12 },
  );
}

function namesOf(patterns: readonly string[]): string {
  const shown = patterns.slice(0, 6).join(", ");
  return patterns.length > 6 ? `${shown}, … ${patterns.length} in all` : shown;
}
