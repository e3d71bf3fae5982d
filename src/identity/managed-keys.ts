import type { Environment } from "../environment.js";
import type { Scope } from "../storage/scope.js";
import type { SettingsTransaction } from "../storage/settings-store.js";
import { type CustomerKey, findCustomerKey } from "./customer-keys.js";
import { newMaterial } from "./key-materials.js";
import type { Vault } from "./vault.js";

/** A key that is kept for a service in each account and region: nobody needs to make it. */
interface ManagedKey {
  readonly alias: string;
  readonly description: string;
  /** Key policy, but for its version. */
  policy(scope: Scope): object;
}

export const xrayManagedKey: ManagedKey = {
  alias: "alias/aws/xray",
  description: "Default key that protects my X-Ray data when no other key is defined",
  policy: ({ accountId }) => ({ Id: "auto-xray-1", Statement: [lookingAt(accountId)] }),
};

export const s3ManagedKey: ManagedKey = {
  alias: "alias/aws/s3",
  description: "Default key that protects my S3 objects when no other key is defined",
  policy: ({ accountId, region }) => ({
    Id: "auto-s3-2",
    Statement: [
      {
        Sid: "Allow access through S3 for all principals in the account that are authorized to use S3",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        Resource: "*",
        Condition: {
          StringEquals: { "kms:CallerAccount": accountId, "kms:ViaService": `s3.${region}.amazonaws.com` },
        },
      },
      lookingAt(accountId),
    ],
  }),
};

/** Makes the key, if it is not there yet. */
export async function ensureManagedKey(
  tx: SettingsTransaction,
  deps: { readonly vault: Vault; readonly environment: Environment },
  { alias, description, policy }: ManagedKey,
  scope: Scope,
  nowMs: number,
): Promise<CustomerKey> {
  const known = await findCustomerKey(tx, scope, alias, nowMs);
  if (known !== undefined) return known;
  const { accountId, region } = scope;
  const keyId = deps.environment.ids.uuid();
  const material = newMaterial(deps, keyId, nowMs, "created");
  await tx
    .insertInto("kms_keys")
    .values({
      key_id: keyId,
      account_id: accountId,
      region,
      description,
      enabled: 1,
      created_ms: nowMs,
      deletion_ms: null,
      deletion_days: null,
      policy: JSON.stringify({ Version: "2012-10-17", ...policy(scope) }),
      tags: "{}",
      material_id: material.material_id,
      rotation_days: null,
      next_rotation_ms: null,
    })
    .execute();
  await tx.insertInto("kms_materials").values(material).execute();
  const aliased = { key_id: keyId, created_ms: nowMs, updated_ms: nowMs };
  await tx
    .insertInto("kms_aliases")
    .values({ account_id: accountId, region, name: alias, ...aliased })
    .onConflict((conflict) => conflict.columns(["account_id", "region", "name"]).doUpdateSet(aliased))
    .execute();
  return (await findCustomerKey(tx, scope, alias, nowMs))!;
}

/** The account may look at such a key; nobody disables or deletes it. */
function lookingAt(accountId: string) {
  return {
    Sid: "Allow direct access to key metadata to the account",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: ["kms:Describe*", "kms:Get*", "kms:List*"],
    Resource: "*",
  };
}
