import type {
  DisableKeyRotationCommandInput,
  EnableKeyRotationCommandInput,
  GetKeyRotationStatusCommandInput,
  GetKeyRotationStatusResponse,
  RotateKeyOnDemandCommandInput,
  RotateKeyOnDemandResponse,
} from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { newMaterial } from "../../identity/key-materials.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { limitExceeded } from "./errors.js";
import { accessTo, findKey, keyArn, requireUsable, resourcesOf } from "./keys.js";

type Nothing = Record<string, never>;
type KeyInput = { KeyId: string | undefined };

const dayMs = 86_400_000;
const rotationDaysDefault = 365;
/** AWS's quota for the life of a key. */
const onDemandRotationsMax = 25;

const access = (deps: KmsDeps, name: string) => async (input: KeyInput, call: Call) => [
  accessTo(name, await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call),
];
const resources = (input: KeyInput | undefined, call: Call, output: unknown) => resourcesOf(input?.KeyId, output, call);

/** Rotation itself is the work of the job `rotate-keys`. */
export const enableKeyRotation = (deps: KmsDeps) =>
  operation<EnableKeyRotationCommandInput, Nothing>({
    name: "EnableKeyRotation",
    readOnly: false,
    event: management,
    access: access(deps, "EnableKeyRotation"),
    async execute(input, call) {
      new Constraints().range("rotationPeriodInDays", input.RotationPeriodInDays, { min: 90, max: 2560 }).check();
      const days = input.RotationPeriodInDays ?? rotationDaysDefault;
      await call.commit(async (tx) => {
        const key = await findKey(tx, call, input.KeyId!, "no-alias");
        requireUsable(key);
        await tx
          .updateTable("kms_keys")
          .set({ rotation_days: days, next_rotation_ms: call.nowMs + days * dayMs })
          .where("key_id", "=", key.key_id)
          .execute();
      });
      return {};
    },
    resources,
  });

export const disableKeyRotation = (deps: KmsDeps) =>
  operation<DisableKeyRotationCommandInput, Nothing>({
    name: "DisableKeyRotation",
    readOnly: false,
    event: management,
    access: access(deps, "DisableKeyRotation"),
    async execute(input, call) {
      await call.commit(async (tx) => {
        const key = await findKey(tx, call, input.KeyId!, "no-alias");
        requireUsable(key);
        await tx
          .updateTable("kms_keys")
          .set({ rotation_days: null, next_rotation_ms: null })
          .where("key_id", "=", key.key_id)
          .execute();
      });
      return {};
    },
    resources,
  });

export const getKeyRotationStatus = (deps: KmsDeps) =>
  operation<GetKeyRotationStatusCommandInput, GetKeyRotationStatusResponse>({
    name: "GetKeyRotationStatus",
    readOnly: true,
    event: management,
    access: access(deps, "GetKeyRotationStatus"),
    async execute(input, call) {
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      return {
        KeyId: keyArn(key),
        // A key that waits for its deletion is not rotated.
        KeyRotationEnabled: key.rotation_days !== null && key.deletion_ms === null,
        RotationPeriodInDays: key.rotation_days ?? undefined,
        NextRotationDate: key.next_rotation_ms === null ? undefined : new Date(key.next_rotation_ms),
      };
    },
    resources,
  });

export const rotateKeyOnDemand = (deps: KmsDeps) =>
  operation<RotateKeyOnDemandCommandInput, RotateKeyOnDemandResponse>({
    name: "RotateKeyOnDemand",
    readOnly: false,
    event: management,
    access: access(deps, "RotateKeyOnDemand"),
    execute: (input, call) =>
      call.commit(async (tx) => {
        const key = await findKey(tx, call, input.KeyId!, "no-alias");
        requireUsable(key);
        const { count } = await tx
          .selectFrom("kms_materials")
          .select((select) => select.fn.countAll<number>().as("count"))
          .where("key_id", "=", key.key_id)
          .where("origin", "=", "on-demand")
          .executeTakeFirstOrThrow();
        if (Number(count) >= onDemandRotationsMax)
          throw limitExceeded(`A key can be rotated on demand ${onDemandRotationsMax} times.`);
        const material = newMaterial(deps, key.key_id, call.nowMs, "on-demand");
        await tx.insertInto("kms_materials").values(material).execute();
        await tx
          .updateTable("kms_keys")
          .set({ material_id: material.material_id })
          .where("key_id", "=", key.key_id)
          .execute();
        return { KeyId: keyArn(key) };
      }),
    resources,
  });
