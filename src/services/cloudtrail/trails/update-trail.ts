import type { UpdateTrailCommandInput, UpdateTrailCommandOutput } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { addState, beginCheckpoints, dropCheckpoints, type TrailRow } from "../../../audit/trails.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { requireTrailAtHome, trailAccess } from "./find-trail.js";
import { passLogsRole } from "./pass-logs-role.js";
import { checkBucket, checkKey, checkLogs, checkTopic } from "./preflight.js";
import {
  checkCombination,
  checkDestinationNames,
  checkKeyId,
  type LogsDestination,
  refuseOrganizationTrail,
  topicArn,
  wantedLogs,
} from "./trail-input.js";
import { trailResources } from "./trail-resources.js";
import { trailSettings } from "./trail-view.js";

type Output = Omit<UpdateTrailCommandOutput, "$metadata">;
type Changes = Partial<TrailRow>;

/** Changes what is given and nothing else. Destinations that are given are tried first, as CreateTrail tries them. */
export const updateTrail = (deps: CloudTrailDeps) =>
  operation<UpdateTrailCommandInput, Output>({
    name: "UpdateTrail",
    readOnly: false,
    event: management,
    access: (input, call) => trailAccess(deps, "UpdateTrail", input.Name as string, call),

    async execute(input, call) {
      const before = await requireTrailAtHome(deps.settings.read, input.Name as string, call);
      const scope = wantedScope(input, before);
      checkCombination({ multiRegion: scope.multi_region === 1, includeGlobal: scope.include_global === 1 });
      refuseOrganizationTrail(input);
      checkDestinationNames(input);

      const identity = { accountId: before.account_id, homeRegion: before.home_region, arn: before.arn };
      const home = { region: before.home_region, accountId: before.account_id };
      const changes: Changes = { ...scope };
      if (input.S3BucketName !== undefined) changes.bucket = input.S3BucketName;
      if (input.S3KeyPrefix !== undefined) changes.prefix = input.S3KeyPrefix || null;
      const after = { ...before, ...changes };
      const place = { bucket: after.bucket, ...(after.prefix !== null && { prefix: after.prefix }) };
      const moves = input.S3BucketName !== undefined || input.S3KeyPrefix !== undefined;
      // A bucket that is new to the trail must take what is under the trail's key, too.
      const keyId = input.KmsKeyId ?? (moves ? before.kms_key_arn : null);
      const plain = moves ? await checkBucket(deps, identity, place, Boolean(keyId)) : "taken";

      if (input.SnsTopicName !== undefined) {
        changes.sns_topic_name = input.SnsTopicName || null;
        changes.sns_topic_arn = input.SnsTopicName ? topicArn(input.SnsTopicName, home) : null;
        if (changes.sns_topic_arn !== null) await checkTopic(deps, identity, changes.sns_topic_arn);
      }
      if (keyId !== null) {
        if (keyId !== "") checkKeyId(keyId, before.home_region);
        changes.kms_key_arn = keyId === "" ? null : await checkKey(deps, identity, keyId, { place, plain });
      }
      const logs = wantedLogs(input, logsOf(before), home);
      if (typeof logs !== "string") {
        await passLogsRole(call, logs.roleArn);
        await checkLogs(deps, identity, logs);
      }
      if (input.EnableLogFileValidation !== undefined) changes.validation = input.EnableLogFileValidation ? 1 : 0;
      if (input.RecursiveLogging !== undefined) changes.recursive_logging = input.RecursiveLogging ? 1 : 0;

      return call.commit(async (tx) => {
        const now = await requireTrailAtHome(tx, input.Name as string, call);
        const nowMs = deps.environment.clock.nowMs();
        const all: Changes = { ...changes };
        if (logs === "detach") Object.assign(all, { logs_group_arn: null, logs_role_arn: null, logs_since_ms: null });
        else if (logs !== "keep") {
          Object.assign(all, { logs_group_arn: logs.groupArn, logs_role_arn: logs.roleArn });
          // Another role for the same group goes on where it was; another group begins now.
          if (now.logs_group_arn !== logs.groupArn) all.logs_since_ms = nowMs;
        }
        if (Object.keys(all).length > 0)
          await tx.updateTable("trails").set(all).where("trail_id", "=", now.trail_id).execute();
        if (logs === "detach") await dropCheckpoints(tx, now.trail_id, "logs");
        if (all.logs_since_ms != null) await beginCheckpoints(tx, now.trail_id, "logs");

        const row = { ...now, ...all };
        if (
          row.multi_region !== now.multi_region ||
          row.include_global !== now.include_global ||
          row.recursive_logging !== now.recursive_logging
        )
          await addState(
            tx,
            now.trail_id,
            {
              multiRegion: row.multi_region === 1,
              includeGlobal: row.include_global === 1,
              recursive: row.recursive_logging !== 0,
            },
            { fromMs: nowMs, requestId: call.requestId },
          );
        return trailSettings(row);
      });
    },

    resources: (input, call) => trailResources(input.Name, call),
  });

/** Widening a trail to all regions brings global events with it, and narrowing it to one takes them away. */
function wantedScope(
  input: UpdateTrailCommandInput,
  before: TrailRow,
): Pick<TrailRow, "multi_region" | "include_global"> {
  const multi_region = input.IsMultiRegionTrail === undefined ? before.multi_region : input.IsMultiRegionTrail ? 1 : 0;
  const kept = multi_region === before.multi_region ? before.include_global : multi_region;
  const include_global =
    input.IncludeGlobalServiceEvents === undefined ? kept : input.IncludeGlobalServiceEvents ? 1 : 0;
  return { multi_region, include_global };
}

function logsOf(trail: TrailRow): Partial<LogsDestination> {
  return {
    ...(trail.logs_group_arn !== null && { groupArn: trail.logs_group_arn }),
    ...(trail.logs_role_arn !== null && { roleArn: trail.logs_role_arn }),
  };
}
