import type {
  CancelKeyDeletionCommandInput,
  CancelKeyDeletionResponse,
  DescribeKeyCommandInput,
  DescribeKeyResponse,
  DisableKeyCommandInput,
  EnableKeyCommandInput,
  ScheduleKeyDeletionCommandInput,
  ScheduleKeyDeletionResponse,
  UpdateKeyDescriptionCommandInput,
} from "@aws-sdk/client-kms";
import type { Updateable } from "kysely";
import { management } from "../../audit/event.js";
import type { KmsTables } from "../../storage/settings/tables/kms.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { useOf } from "./crypto-rules.js";
import type { KmsDeps } from "./deps.js";
import { invalidState } from "./errors.js";
import { checkGrantTokens } from "./grant-tokens.js";
import {
  accessOrGrant,
  accessTo,
  findKey,
  type KeyRow,
  keyArn,
  metadataOf,
  requireNotPending,
  resourcesOf,
} from "./keys.js";

type Nothing = Record<string, never>;

const dayMs = 86_400_000;
const waitingDaysDefault = 30;

/** The frame of operations that change one key, named by id or ARN. */
const keyChange = <Input extends { KeyId: string | undefined }, Output>(
  deps: KmsDeps,
  name: string,
  change: (input: Input, key: KeyRow, call: Call) => { set: Updateable<KmsTables["kms_keys"]>; output: Output },
) =>
  operation<Input, Output>({
    name,
    readOnly: false,
    event: management,
    access: async (input, call) => [
      accessTo(name, await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call),
    ],
    execute: (input, call) =>
      call.commit(async (tx) => {
        const key = await findKey(tx, call, input.KeyId!, "no-alias");
        const { set, output } = change(input, key, call);
        await tx.updateTable("kms_keys").set(set).where("key_id", "=", key.key_id).execute();
        return output;
      }),
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const enableKey = (deps: KmsDeps) =>
  keyChange<EnableKeyCommandInput, Nothing>(deps, "EnableKey", (_input, key) => {
    requireNotPending(key);
    return { set: { enabled: 1 }, output: {} };
  });

export const disableKey = (deps: KmsDeps) =>
  keyChange<DisableKeyCommandInput, Nothing>(deps, "DisableKey", (_input, key) => {
    requireNotPending(key);
    return { set: { enabled: 0 }, output: {} };
  });

export const updateKeyDescription = (deps: KmsDeps) =>
  keyChange<UpdateKeyDescriptionCommandInput, Nothing>(deps, "UpdateKeyDescription", (input, key) => {
    new Constraints().length("description", input.Description, { max: 8192 }).check();
    requireNotPending(key);
    return { set: { description: input.Description! }, output: {} };
  });

export const scheduleKeyDeletion = (deps: KmsDeps) =>
  keyChange<ScheduleKeyDeletionCommandInput, ScheduleKeyDeletionResponse>(
    deps,
    "ScheduleKeyDeletion",
    (input, key, call) => {
      new Constraints().range("pendingWindowInDays", input.PendingWindowInDays, { min: 7, max: 30 }).check();
      requireNotPending(key);
      const days = input.PendingWindowInDays ?? waitingDaysDefault;
      const deletionMs = call.nowMs + days * dayMs;
      return {
        set: { deletion_ms: deletionMs, deletion_days: days },
        output: {
          KeyId: keyArn(key),
          DeletionDate: new Date(deletionMs),
          KeyState: "PendingDeletion",
          PendingWindowInDays: days,
        },
      };
    },
  );

/** A key that was saved is disabled until someone enables it. */
export const cancelKeyDeletion = (deps: KmsDeps) =>
  keyChange<CancelKeyDeletionCommandInput, CancelKeyDeletionResponse>(deps, "CancelKeyDeletion", (_input, key) => {
    if (key.deletion_ms === null) throw invalidState(`${keyArn(key)} is not pending deletion.`);
    return { set: { deletion_ms: null, deletion_days: null, enabled: 0 }, output: { KeyId: keyArn(key) } };
  });

export const describeKey = (deps: KmsDeps) =>
  operation<DescribeKeyCommandInput, DescribeKeyResponse>({
    name: "DescribeKey",
    readOnly: true,
    event: management,
    async access(input, call) {
      await checkGrantTokens(deps, input.GrantTokens);
      const key = await findKey(deps.settings.read, call, input.KeyId!);
      return [await accessOrGrant(deps, "DescribeKey", key, call, useOf(input.KeyId, undefined))];
    },
    execute: async (input, call) => ({
      KeyMetadata: metadataOf(await findKey(deps.settings.read, call, input.KeyId!)),
    }),
    resources: (input, call, output) => resourcesOf(input?.KeyId, { KeyId: output?.KeyMetadata?.Arn }, call),
  });
