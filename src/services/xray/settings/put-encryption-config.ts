import type { PutEncryptionConfigCommandInput, PutEncryptionConfigCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { type CustomerKey, findCustomerKey } from "../../../identity/customer-keys.js";
import { keyAccess } from "../../../identity/key-access.js";
import { ensureManagedKey, xrayManagedKey } from "../../../identity/managed-keys.js";
import { Constraints } from "../../constraints.js";
import { type Call, operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { encryptionView } from "./encryption-config.js";

/** Sets what documents stored from now on are encrypted with. Those stored before stay as they are. */
export const putEncryptionConfig = (deps: XrayDeps) =>
  operation<PutEncryptionConfigCommandInput, Omit<PutEncryptionConfigCommandOutput, "$metadata">>({
    name: "PutEncryptionConfig",
    readOnly: false,
    event: management,
    access: accessToAll("PutEncryptionConfig"),

    async execute(input, call) {
      const { Type, KeyId } = input;
      new Constraints().length("keyId", KeyId, { min: 1, max: 3000 }).oneOf("type", Type, ["NONE", "KMS"]).check();
      if (Type === "NONE" && KeyId !== undefined)
        throw invalidRequest("KeyId goes with the Type KMS: leave it out, or set Type to KMS");
      if (Type === "KMS" && KeyId === undefined)
        throw invalidRequest("KeyId is required with the Type KMS: a key id, key ARN, alias or alias ARN");
      const managed = KeyId === xrayManagedKey.alias || KeyId === managedAliasArn(call);
      const named = KeyId === undefined || managed ? undefined : await usableKey(deps, call, KeyId);

      return call.commit(async (tx) => {
        const key = managed ? await ensureManagedKey(tx, deps, xrayManagedKey, call, call.nowMs) : named;
        const changed = { key_arn: key?.arn ?? "", changed_ms: call.nowMs };
        await tx
          .insertInto("xray_encryption")
          .values({ account_id: call.accountId, region: call.region, ...changed })
          .onConflict((conflict) => conflict.columns(["account_id", "region"]).doUpdateSet(changed))
          .execute();
        const setting = { keyArn: changed.key_arn, changedMs: call.nowMs };
        return { EncryptionConfig: encryptionView(setting, call.nowMs) };
      });
    },
  });

function managedAliasArn({ accountId, region }: Call): string {
  return `arn:aws:kms:${region}:${accountId}:${xrayManagedKey.alias}`;
}

/**
 * The key, if the caller may see it and lend it: X-Ray then uses it in its own name, as with a grant.
 *
 * @throws ServiceError AccessDeniedException, InvalidRequestException
 */
async function usableKey(deps: XrayDeps, call: Call, reference: string): Promise<CustomerKey> {
  const key = await findCustomerKey(deps.settings.read, call, reference, call.nowMs);
  if (key === undefined)
    throw invalidRequest(`There is no KMS key in ${call.region} that KeyId names: ${reference.slice(0, 256)}`);
  const lent = ["Decrypt", "DescribeKey", "GenerateDataKey"];
  for (const operation of ["DescribeKey", "CreateGrant"])
    await call.demand(
      await keyAccess(deps.settings.read, key, call, {
        operation,
        via: "xray",
        ...(operation === "CreateGrant" && {
          child: { operations: lent, constraints: {} },
          conditions: { "kms:GrantIsForAWSResource": "true", "kms:GrantOperations": lent },
        }),
      }),
    );
  if (key.unusable !== undefined) throw invalidRequest(key.unusable);
  return key;
}
