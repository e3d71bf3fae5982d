import type { Selectable } from "kysely";
import type { Scope } from "../storage/scope.js";
import type { KmsTables } from "../storage/settings/tables/kms.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";

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
  /** KMS's error for that. */
  readonly unusableCode: "DisabledException" | "KMSInvalidStateException" | undefined;
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

/** What the data keys of traces belong to; KMS would open them under no other. */
export function traceKeyContext({ accountId, region }: Scope): Record<string, string> {
  return { "aws:xray:account": accountId, "aws:xray:region": region };
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
    unusableCode:
      key.deletion_ms !== null ? "KMSInvalidStateException" : key.enabled === 0 ? "DisabledException" : undefined,
  };
}
