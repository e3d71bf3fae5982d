import type { Selectable } from "kysely";
import type { DetectionTables } from "../../storage/settings/tables/detection.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { compileRule, type DetectionRule } from "../sigma/rule.js";
import { type AlertConfiguration, defaultConfiguration } from "./alert-configuration.js";
import { shippedRules } from "./shipped-rules.js";

type RuleRow = Selectable<DetectionTables["detection_rules"]>;

/** A rule as an account sees it. */
export interface KnownRule {
  readonly ruleId: string;
  /** Shipped as it is, shipped and edited or switched off, or the account's own. */
  readonly origin: "shipped" | "edited" | "own";
  readonly text: string;
  readonly rule: DetectionRule;
  readonly enabled: boolean;
  readonly updatedMs?: number;
  readonly updatedBy?: string;
}

export async function accountState(
  queries: SettingsQueries | SettingsTransaction,
  accountId: string,
): Promise<{ readonly revision: number; readonly configuration: AlertConfiguration }> {
  const row = await queries
    .selectFrom("detection_accounts")
    .selectAll()
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  return {
    revision: row?.revision ?? 0,
    configuration: row === undefined ? defaultConfiguration : (JSON.parse(row.configuration) as AlertConfiguration),
  };
}

/** Tells those who follow the record that rules or configuration are others now. */
export async function raiseRevision(
  tx: SettingsTransaction,
  accountId: string,
  configuration?: AlertConfiguration,
): Promise<void> {
  const before = await accountState(tx, accountId);
  const row = { revision: before.revision + 1, configuration: JSON.stringify(configuration ?? before.configuration) };
  await tx
    .insertInto("detection_accounts")
    .values({ account_id: accountId, ...row })
    .onConflict((conflict) => conflict.column("account_id").doUpdateSet(row))
    .execute();
}

/** Every rule of an account, by id. A text is compiled once, however often it is asked for. */
export async function knownRules(queries: SettingsQueries, accountId: string): Promise<KnownRule[]> {
  const rows = await queries.selectFrom("detection_rules").selectAll().where("account_id", "=", accountId).execute();
  const changed = new Map(rows.map((row) => [row.rule_id, row]));
  const ids = new Set([...shippedRules.keys(), ...changed.keys()]);
  return [...ids].sort().flatMap((ruleId) => knownRule(ruleId, changed.get(ruleId)) ?? []);
}

export async function findRule(
  queries: SettingsQueries,
  accountId: string,
  ruleId: string,
): Promise<KnownRule | undefined> {
  const row = await queries
    .selectFrom("detection_rules")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("rule_id", "=", ruleId)
    .executeTakeFirst();
  return knownRule(ruleId, row);
}

function knownRule(ruleId: string, row: RuleRow | undefined): KnownRule | undefined {
  const shipped = shippedRules.get(ruleId);
  if (row === undefined) return shipped && { ...shipped, origin: "shipped", enabled: true };
  const text = row.rule_text ?? shipped?.text;
  // A change of a rule that no longer ships, and nothing of its own: there is no such rule.
  if (text === undefined) return undefined;
  return {
    ruleId,
    origin: shipped === undefined ? "own" : "edited",
    text,
    rule: compiled(text),
    enabled: row.enabled === 1,
    updatedMs: row.updated_ms,
    updatedBy: row.updated_by,
  };
}

const compiledRules = new Map<string, DetectionRule>();
const compiledRulesMax = 2_000;

function compiled(text: string): DetectionRule {
  let rule = compiledRules.get(text);
  if (rule === undefined) {
    rule = compileRule(text);
    if (compiledRules.size >= compiledRulesMax) compiledRules.clear();
    compiledRules.set(text, rule);
  }
  return rule;
}
