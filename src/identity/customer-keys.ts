import type { Selectable } from "kysely";
import type { Environment } from "../environment.js";
import type { Scope } from "../storage/scope.js";
import type { KmsTables } from "../storage/settings/tables/kms.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import { newMaterial } from "./key-materials.js";
import type { Vault } from "./vault.js";

type KeyRow = Selectable<KmsTables["kms_keys"]>;

/** A KMS key as other parts see it. */
export interface CustomerKey {
  readonly keyId: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** JSON text. */
  readonly policy: string;
  /** The material that encrypts now. */
  readonly materialId: string;
  /** Why it cannot be used, in KMS's words; undefined: it can. */
  readonly unusable: string | undefined;
}

const arnForm = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key\/(.+)|(alias\/.+))$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The key that a key id, key ARN, alias name or alias ARN names.
 *
 * @returns undefined if there is none, also for what is no name of a key.
 */
export async function findCustomerKey(
  queries: SettingsQueries | SettingsTransaction,
  scope: Scope,
  reference: string,
  nowMs: number,
): Promise<CustomerKey | undefined> {
  const [, region = scope.region, accountId = scope.accountId, keyInArn, aliasInArn] = arnForm.exec(reference) ?? [];
  const name = keyInArn ?? aliasInArn ?? reference;
  if (region !== scope.region) return undefined;
  const keyId = name.startsWith("alias/") ? await keyOfAlias(queries, { accountId, region }, name) : name;
  if (keyId === undefined || !uuid.test(keyId)) return undefined;
  const key = await customerKeyById(queries, keyId, nowMs);
  return key?.accountId === accountId && key.region === region ? key : undefined;
}

/** Of whatever account: key ids are unique. */
export async function customerKeyById(
  queries: SettingsQueries | SettingsTransaction,
  keyId: string,
  nowMs: number,
): Promise<CustomerKey | undefined> {
  const key = await queries.selectFrom("kms_keys").selectAll().where("key_id", "=", keyId).executeTakeFirst();
  return key && keyView(key, nowMs);
}

/** Of the account's key for X-Ray that nobody needs to make. */
export const xrayManagedAlias = "alias/aws/xray";

/** What the data keys of traces belong to; KMS would open them under no other. */
export function traceKeyContext({ accountId, region }: Scope): Record<string, string> {
  return { "aws:xray:account": accountId, "aws:xray:region": region };
}

/** Makes the key behind `alias/aws/xray`, if it is not there yet. */
export async function ensureXrayManagedKey(
  tx: SettingsTransaction,
  deps: { readonly vault: Vault; readonly environment: Environment },
  { accountId, region }: Scope,
  nowMs: number,
): Promise<CustomerKey> {
  const known = await findCustomerKey(tx, { accountId, region }, xrayManagedAlias, nowMs);
  if (known !== undefined) return known;
  const keyId = deps.environment.ids.uuid();
  const material = newMaterial(deps, keyId, nowMs, "created");
  const key: KeyRow = {
    key_id: keyId,
    account_id: accountId,
    region,
    description: "Default key that protects my X-Ray data when no other key is defined",
    enabled: 1,
    created_ms: nowMs,
    deletion_ms: null,
    deletion_days: null,
    policy: managedKeyPolicy(accountId),
    tags: "{}",
    material_id: material.material_id,
    rotation_days: null,
    next_rotation_ms: null,
  };
  await tx.insertInto("kms_keys").values(key).execute();
  await tx.insertInto("kms_materials").values(material).execute();
  const alias = { key_id: keyId, created_ms: nowMs, updated_ms: nowMs };
  await tx
    .insertInto("kms_aliases")
    .values({ account_id: accountId, region, name: xrayManagedAlias, ...alias })
    .onConflict((conflict) => conflict.columns(["account_id", "region", "name"]).doUpdateSet(alias))
    .execute();
  return keyView(key, nowMs)!;
}

/** The account may look at it; only X-Ray uses it, and nobody disables or deletes it. */
function managedKeyPolicy(accountId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "auto-xray-1",
    Statement: [
      {
        Sid: "Allow direct access to key metadata to the account",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: ["kms:Describe*", "kms:Get*", "kms:List*"],
        Resource: "*",
      },
    ],
  });
}

async function keyOfAlias(queries: SettingsQueries | SettingsTransaction, { accountId, region }: Scope, name: string) {
  const alias = await queries
    .selectFrom("kms_aliases")
    .select("key_id")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
  return alias?.key_id;
}

/** A key past its deletion is gone, also before its material is destroyed. */
function keyView(key: KeyRow, nowMs: number): CustomerKey | undefined {
  if (key.deletion_ms !== null && key.deletion_ms <= nowMs) return undefined;
  const arn = `arn:aws:kms:${key.region}:${key.account_id}:key/${key.key_id}`;
  const state = key.deletion_ms !== null ? "is pending deletion" : key.enabled === 0 ? "is disabled" : undefined;
  return {
    keyId: key.key_id,
    arn,
    accountId: key.account_id,
    region: key.region,
    policy: key.policy,
    materialId: key.material_id,
    unusable: state && `${arn} ${state}.`,
  };
}
