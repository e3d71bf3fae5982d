import type { CreateKeyCommandInput, CreateKeyResponse } from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { newMaterial } from "../../identity/key-materials.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { limitExceeded, unsupported } from "./errors.js";
import { checkKeyPolicy } from "./key-policy.js";
import { defaultPolicy, type KeyRow, keyResource, keysMax, metadataOf } from "./keys.js";
import { tagsOf } from "./tags.js";

/** Symmetric encryption keys only: the other kinds are refused, not made into something else. */
export const createKey = (deps: KmsDeps) =>
  operation<CreateKeyCommandInput, CreateKeyResponse>({
    name: "CreateKey",
    readOnly: false,
    event: management,
    access: (input) => [
      { action: "kms:CreateKey", resource: "*" },
      ...((input.Tags?.length ?? 0) > 0 ? [{ action: "kms:TagResource", resource: "*" }] : []),
    ],
    async execute(input, call) {
      new Constraints()
        .length("description", input.Description, { max: 8192 })
        .length("policy", input.Policy, { min: 1, max: 131_072 })
        .check();
      const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
      if (spec !== "SYMMETRIC_DEFAULT") throw unsupported(`KeySpec ${spec} is not offered here.`);
      if ((input.KeyUsage ?? "ENCRYPT_DECRYPT") !== "ENCRYPT_DECRYPT")
        throw unsupported(`KeyUsage ${input.KeyUsage} is not offered here.`);
      if (
        (input.Origin ?? "AWS_KMS") !== "AWS_KMS" ||
        input.CustomKeyStoreId !== undefined ||
        input.XksKeyId !== undefined
      )
        throw unsupported("Imported key material and custom key stores are not offered here.");
      if (input.MultiRegion) throw unsupported("Multi-Region keys are not offered here.");
      const tags = tagsOf(input.Tags);
      const keyId = deps.environment.ids.uuid();
      const material = newMaterial(deps, keyId, call.nowMs, "created");
      const key: KeyRow = {
        key_id: keyId,
        account_id: call.accountId,
        region: call.region,
        description: input.Description ?? "",
        enabled: 1,
        created_ms: call.nowMs,
        deletion_ms: null,
        deletion_days: null,
        policy: input.Policy ?? defaultPolicy(call.accountId),
        tags: JSON.stringify(tags),
        material_id: material.material_id,
        rotation_days: null,
        next_rotation_ms: null,
      };
      if (input.Policy !== undefined) await checkKeyPolicy(key, call, input.BypassPolicyLockoutSafetyCheck);
      const { count } = await deps.settings.read
        .selectFrom("kms_keys")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirstOrThrow();
      if (Number(count) >= keysMax) throw limitExceeded(`An account may have ${keysMax} keys in a Region.`);
      return call.commit(async (tx) => {
        await tx.insertInto("kms_materials").values(material).execute();
        await tx.insertInto("kms_keys").values(key).execute();
        return { KeyMetadata: metadataOf(key) };
      });
    },
    resources: (_input, call, output) => {
      const keyId = output?.KeyMetadata?.KeyId;
      return keyId === undefined
        ? []
        : [keyResource({ account_id: call.accountId, region: call.region, key_id: keyId })];
    },
  });
