import { createHmac } from "node:crypto";
import type { Environment } from "../../../environment.js";
import { maskingKeyContext } from "../../../identity/sealed-columns.js";
import type { Vault } from "../../../identity/vault.js";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { compileMasker, type Masker } from "../../../tracing/masking/masker.js";
import type { MaskingRule } from "../../../tracing/masking/rule.js";

export interface StoredRule extends MaskingRule {
  readonly createdMs: number;
  readonly modifiedMs: number;
}

const keyBytes = 32;
/** Hex digits of a hash: 96 bits, so that no two values of an account meet in one by chance. */
const hashLength = 24;

/** By name. */
export async function readRules(
  queries: SettingsQueries | SettingsTransaction,
  { accountId, region }: Scope,
): Promise<StoredRule[]> {
  const rows = await queries
    .selectFrom("xray_masking_rules")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .orderBy("rule_name")
    .execute();
  return rows.map((row) => ({
    ...(JSON.parse(row.definition) as Omit<MaskingRule, "name">),
    name: row.rule_name,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }));
}

/** @returns undefined where there are no rules. */
export async function readMasker(
  queries: SettingsQueries | SettingsTransaction,
  vault: Vault,
  scope: Scope,
): Promise<Masker | undefined> {
  const rules = await readRules(queries, scope);
  return rules.length === 0 ? undefined : compileMasker(rules, await readHash(queries, vault, scope.accountId));
}

/** The hash of an account's values. An account has its key from its first rule on. */
export async function readHash(queries: SettingsQueries | SettingsTransaction, vault: Vault, accountId: string) {
  const row = await queries
    .selectFrom("xray_masking_keys")
    .select("sealed")
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  // Without a key no rule was ever kept: what is hashed now is counted and shown to nobody.
  const key = row === undefined ? "" : vault.open(row.sealed, maskingKeyContext(accountId));
  return (value: string) => createHmac("sha256", key).update(value).digest("hex").slice(0, hashLength);
}

export async function ensureKey(
  tx: SettingsTransaction,
  deps: { readonly vault: Vault; readonly environment: Environment },
  accountId: string,
  nowMs: number,
): Promise<void> {
  const sealed = deps.vault.seal(deps.environment.ids.bytes(keyBytes), maskingKeyContext(accountId));
  await tx
    .insertInto("xray_masking_keys")
    .values({ account_id: accountId, sealed, created_ms: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
