import { texts } from "../../texts/enable-xray.js";
import type { EnableChoices, Found } from "./enable-choices.js";

/** Names of what the wizard does, in the order in which it does it. */
export const stepIds = [
  "bucket",
  "bucketPolicy",
  "group",
  "role",
  "rolePolicy",
  "trail",
  "selectors",
  "start",
] as const;
export type StepId = (typeof stepIds)[number];

export interface PlannedStep {
  readonly id: StepId;
  /** What will be done. */
  readonly text: string;
  /** The operations that do it, which are the permissions it needs. */
  readonly calls: readonly string[];
}

/** What saving will do, told before it is done. Each step may be done again: what is there is left as it is. */
export function planOf(choices: EnableChoices, found: Found): readonly PlannedStep[] {
  const { mode, trailName, bucket, logs, group, role } = choices;
  const { plan } = texts;
  const trail = mode === "existing" ? found.trails?.find(({ name }) => name === trailName) : undefined;
  const hasLogs = trail !== undefined && trail.group === group && trail.roleArn !== undefined;
  const steps: (PlannedStep | false)[] = [
    mode === "new" && {
      id: "bucket",
      text: found.buckets?.includes(bucket) ? plan.bucketThere(bucket) : plan.bucket(bucket),
      calls: ["s3:CreateBucket"],
    },
    mode === "new" && {
      id: "bucketPolicy",
      text: plan.bucketPolicy(bucket, trailName),
      calls: ["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
    },
    logs &&
      !hasLogs && {
        id: "group",
        text: found.groups?.includes(group) ? plan.groupThere(group) : plan.group(group),
        calls: ["logs:CreateLogGroup"],
      },
    logs &&
      !hasLogs && {
        id: "role",
        text: found.roles?.includes(role) ? plan.roleThere(role) : plan.role(role),
        calls: ["iam:CreateRole"],
      },
    logs && !hasLogs && { id: "rolePolicy", text: plan.rolePolicy(role, group), calls: ["iam:PutRolePolicy"] },
    mode === "new"
      ? {
          id: "trail",
          text: plan.trail(trailName, bucket, logs ? group : undefined),
          calls: ["cloudtrail:CreateTrail", ...(logs ? ["iam:PassRole"] : [])],
        }
      : logs &&
        !hasLogs && {
          id: "trail",
          text: plan.trailLogs(trailName, group),
          calls: ["cloudtrail:UpdateTrail", "iam:PassRole"],
        },
    {
      id: "selectors",
      text: plan.selectors(trailName),
      calls: ["cloudtrail:GetEventSelectors", "cloudtrail:PutEventSelectors"],
    },
    { id: "start", text: plan.start(trailName), calls: ["cloudtrail:StartLogging"] },
  ];
  return steps.filter((step) => step !== false);
}
