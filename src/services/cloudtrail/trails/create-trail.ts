import type { CreateTrailCommandInput, CreateTrailCommandOutput } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { defaultSelectors } from "../../../audit/selectors/selectors.js";
import { beginCheckpoints, stateValues, type TrailRow, trailArn } from "../../../audit/trails.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkTags, putTags, requestTagConditions } from "../tags/tag-rules.js";
import { passLogsRole } from "./pass-logs-role.js";
import { checkBucket, checkKey, checkLogs, checkTopic } from "./preflight.js";
import {
  checkCombination,
  checkDestinationNames,
  checkKeyId,
  refuseOrganizationTrail,
  topicArn,
  wantedLogs,
} from "./trail-input.js";
import { checkTrailName } from "./trail-names.js";
import { trailSettings } from "./trail-view.js";

/** A multi-region trail counts in every region. Source: "Quotas in AWS CloudTrail". */
const trailsMax = 5;

type Output = Omit<CreateTrailCommandOutput, "$metadata">;

/**
 * Makes a trail, not logging yet, homed in the region of the call. Order of the checks: name, combination, names of
 * destinations, bucket (a marker object is written), topic (a message is published), key, log group (the role is
 * assumed and the stream created).
 */
export const createTrail = (deps: CloudTrailDeps) =>
  operation<CreateTrailCommandInput, Output>({
    name: "CreateTrail",
    readOnly: false,
    event: management,

    access: (input, call) => [
      {
        action: "cloudtrail:CreateTrail",
        resource: trailArn(call.region, call.accountId, input.Name as string),
        conditions: requestTagConditions(input.TagsList),
      },
    ],

    async execute(input, call) {
      const name = input.Name as string;
      const bucket = input.S3BucketName as string;
      const multiRegion = input.IsMultiRegionTrail ?? false;
      const includeGlobal = input.IncludeGlobalServiceEvents ?? true;
      checkTrailName(name);
      checkCombination({ multiRegion, includeGlobal });
      refuseOrganizationTrail(input);
      checkDestinationNames(input);
      if (input.TagsList) checkTags(input.TagsList);
      await checkRoom(deps.settings.read, name, call);

      const home = { region: call.region, accountId: call.accountId };
      const arn = trailArn(call.region, call.accountId, name);
      const identity = { accountId: call.accountId, homeRegion: call.region, arn };
      const place = { bucket, ...(input.S3KeyPrefix && { prefix: input.S3KeyPrefix }) };
      const plain = await checkBucket(deps, identity, place, Boolean(input.KmsKeyId));
      const topic = input.SnsTopicName ? topicArn(input.SnsTopicName, home) : null;
      if (topic !== null) await checkTopic(deps, identity, topic);
      let keyArn: string | null = null;
      if (input.KmsKeyId) {
        checkKeyId(input.KmsKeyId, call.region);
        keyArn = await checkKey(deps, identity, input.KmsKeyId, { place, plain });
      }
      const logs = wantedLogs(input, {}, home);
      if (typeof logs !== "string") {
        await passLogsRole(call, logs.roleArn);
        await checkLogs(deps, identity, logs);
      }

      const trailId = deps.environment.ids.uuid();
      return call.commit(async (tx) => {
        await checkRoom(tx, name, call);
        const nowMs = deps.environment.clock.nowMs();
        const row: TrailRow = {
          trail_id: trailId,
          account_id: call.accountId,
          home_region: call.region,
          name,
          arn,
          bucket,
          prefix: input.S3KeyPrefix || null,
          sns_topic_name: input.SnsTopicName || null,
          sns_topic_arn: topic,
          include_global: includeGlobal ? 1 : 0,
          multi_region: multiRegion ? 1 : 0,
          validation: input.EnableLogFileValidation ? 1 : 0,
          logs_group_arn: typeof logs === "string" ? null : logs.groupArn,
          logs_role_arn: typeof logs === "string" ? null : logs.roleArn,
          logs_since_ms: typeof logs === "string" ? null : nowMs,
          kms_key_arn: keyArn,
          custom_selectors: 0,
          insight_selectors: 0,
          recursive_logging: input.RecursiveLogging === undefined ? null : input.RecursiveLogging ? 1 : 0,
          created_ms: nowMs,
          deleted_ms: null,
        };
        await tx.insertInto("trails").values(row).execute();
        const state = {
          logging: false,
          selectors: defaultSelectors,
          multiRegion,
          includeGlobal,
          recursive: input.RecursiveLogging ?? true,
          insights: [],
          aggregations: [],
        };
        const facts = { fromMs: nowMs, requestId: call.requestId };
        await tx
          .insertInto("trail_states")
          .values(stateValues(trailId, 1, state, facts))
          .execute();
        await beginCheckpoints(tx, trailId, "s3");
        if (typeof logs !== "string") await beginCheckpoints(tx, trailId, "logs");
        if (input.TagsList) await putTags(tx, arn, input.TagsList);
        return trailSettings(row);
      });
    },

    resources: (input, call) => [
      {
        type: "AWS::CloudTrail::Trail",
        name: input.Name as string,
        arn: trailArn(call.region, call.accountId, input.Name as string),
      },
    ],
  });

/** @throws TrailAlreadyExists, MaximumNumberOfTrailsExceeded */
async function checkRoom(queries: SettingsQueries | SettingsTransaction, name: string, call: Call): Promise<void> {
  const trails = await queries
    .selectFrom("trails")
    .select(["name", "home_region"])
    .where("account_id", "=", call.accountId)
    .where("deleted_ms", "is", null)
    .where((eb) => eb.or([eb("home_region", "=", call.region), eb("multi_region", "=", 1)]))
    .execute();
  if (trails.some((trail) => trail.name === name && trail.home_region === call.region))
    throw cloudTrailError("TrailAlreadyExists", `Trail ${name} already exists for customer: ${call.accountId}`);
  if (trails.length >= trailsMax)
    throw cloudTrailError(
      "MaximumNumberOfTrailsExceeded",
      `User: ${call.accountId} already has ${trails.length} trails in ${call.region}.`,
    );
}
