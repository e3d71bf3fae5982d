import {
  CloudTrailClient,
  CreateTrailCommand,
  GetEventSelectorsCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { clientOf } from "../../api/clients.js";
import type { EnableChoices } from "./enable-choices.js";
import type { StepId } from "./enable-plan.js";
import { selectorsIn } from "./read-trails.js";
import { bucketPolicyWith, rolePolicy, rolePolicyName, roleTrust } from "./trail-policies.js";
import { managementSelector, sameSelectors, traceSelector, withTraces } from "./xray-selectors.js";

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** Whether a step had something to do. */
export type Outcome = "done" | "there";

type Step = (choices: EnableChoices, place: Place, abortSignal: AbortSignal) => Promise<Outcome>;

/** Does one step of the plan; again after a failure, as often as one likes. Rejects with the service's error. */
export function runStep(id: StepId, choices: EnableChoices, place: Place, signal: AbortSignal): Promise<Outcome> {
  return steps[id](choices, place, signal);
}

/** Runs what makes something; that it is there already is an outcome, too. */
async function unlessThere(make: () => Promise<unknown>, ...there: readonly string[]): Promise<Outcome> {
  try {
    await make();
    return "done";
  } catch (problem) {
    if (there.includes((problem as Error).name)) return "there";
    throw problem;
  }
}

const steps: Record<StepId, Step> = {
  bucket({ bucket: Bucket }, { region }, abortSignal) {
    const elsewhere = region !== "us-east-1" && {
      CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" },
    };
    return unlessThere(
      () => clientOf(S3Client).send(new CreateBucketCommand({ Bucket, ...elsewhere }), { abortSignal }),
      "BucketAlreadyOwnedByYou",
    );
  },

  async bucketPolicy({ bucket: Bucket, trailName }, place, abortSignal) {
    const s3 = clientOf(S3Client);
    const before = await s3.send(new GetBucketPolicyCommand({ Bucket }), { abortSignal }).catch((problem: Error) => {
      if (problem.name === "NoSuchBucketPolicy") return undefined;
      throw problem;
    });
    const Policy = bucketPolicyWith(before?.Policy, { ...place, trailName, bucket: Bucket });
    if (Policy === undefined) return "there";
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }), { abortSignal });
    return "done";
  },

  group: ({ group: logGroupName }, _place, abortSignal) =>
    unlessThere(
      () => clientOf(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName }), { abortSignal }),
      "ResourceAlreadyExistsException",
    ),

  role: ({ role: RoleName }, _place, abortSignal) =>
    unlessThere(
      () =>
        clientOf(IAMClient).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: roleTrust }), {
          abortSignal,
        }),
      "EntityAlreadyExistsException",
      "EntityAlreadyExists",
    ),

  async rolePolicy({ role: RoleName, group }, place, abortSignal) {
    const PolicyDocument = rolePolicy({ ...place, group });
    const input = { RoleName, PolicyName: rolePolicyName(group), PolicyDocument };
    await clientOf(IAMClient).send(new PutRolePolicyCommand(input), { abortSignal });
    return "done";
  },

  async trail({ mode, trailName: Name, bucket, logs, group, role }, { accountId, region }, abortSignal) {
    const cloudTrail = clientOf(CloudTrailClient);
    const toLogs = logs
      ? {
          CloudWatchLogsLogGroupArn: `arn:aws:logs:${region}:${accountId}:log-group:${group}:*`,
          CloudWatchLogsRoleArn: `arn:aws:iam::${accountId}:role/${role}`,
        }
      : {};
    const create = { Name, S3BucketName: bucket, EnableLogFileValidation: true, ...toLogs };
    const made =
      mode === "new"
        ? await unlessThere(
            () => cloudTrail.send(new CreateTrailCommand(create), { abortSignal }),
            "TrailAlreadyExistsException",
          )
        : "there";
    // Of a trail that is there, and of one that a run before this one made, as it was told then.
    if (made === "there") {
      const places = mode === "new" ? create : { Name, ...toLogs };
      await cloudTrail.send(new UpdateTrailCommand(places), { abortSignal });
    }
    return "done";
  },

  async selectors({ mode, trailName: TrailName, management, actions }, _place, abortSignal) {
    const cloudTrail = clientOf(CloudTrailClient);
    const answer = await cloudTrail.send(new GetEventSelectorsCommand({ TrailName }), { abortSignal });
    const before = selectorsIn(answer);
    const wanted =
      mode === "new"
        ? [...(management ? [managementSelector] : []), traceSelector(actions)]
        : withTraces(before, actions);
    if (before.kind === "advanced" && sameSelectors(before.selectors, wanted)) return "there";
    await cloudTrail.send(new PutEventSelectorsCommand({ TrailName, AdvancedEventSelectors: wanted }), { abortSignal });
    return "done";
  },

  async start({ trailName: Name }, _place, abortSignal) {
    await clientOf(CloudTrailClient).send(new StartLoggingCommand({ Name }), { abortSignal });
    return "done";
  },
};
