import type { SamplingRule, SamplingRuleRecord } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { defaultRule, defaultRuleName, ruleArn } from "../../../tracing/sampling.js";

/** A rule and when it was made and changed, epoch milliseconds; 0 for a Default rule that nobody changed. */
export interface StoredRule {
  /** Without its ARN. */
  readonly rule: SamplingRule & { readonly RuleName: string };
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** Every rule of an account and region, Default among them, by name in the order of code points, as AWS lists them. */
export async function readRules(queries: SettingsQueries | SettingsTransaction, scope: Scope): Promise<StoredRule[]> {
  const rows = await queries
    .selectFrom("xray_sampling_rules")
    .selectAll()
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .execute();
  const rules = rows.map((row) => ({
    rule: JSON.parse(row.rule),
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  }));
  if (!rows.some((row) => row.rule_name === defaultRuleName))
    rules.push({ rule: defaultRule(), createdMs: 0, modifiedMs: 0 });
  // Not by the database: its order of texts depends on how it was set up.
  return rules.sort((one, other) => (one.rule.RuleName < other.rule.RuleName ? -1 : 1));
}

/** Stores a rule, new or changed, and notes that rules changed. */
export async function putRule(tx: SettingsTransaction, scope: Scope, stored: StoredRule, nowMs: number): Promise<void> {
  const rule = JSON.stringify(stored.rule);
  await tx
    .insertInto("xray_sampling_rules")
    .values({
      account_id: scope.accountId,
      region: scope.region,
      rule_name: stored.rule.RuleName,
      rule,
      created_ms: stored.createdMs,
      modified_ms: stored.modifiedMs,
    })
    .onConflict((conflict) =>
      conflict.columns(["account_id", "region", "rule_name"]).doUpdateSet({ rule, modified_ms: stored.modifiedMs }),
    )
    .execute();
  await noteChange(tx, scope, nowMs);
}

/** Removes a rule with its clients, anomalies and boost, and notes that rules changed. Its statistics stay. */
export async function removeRule(
  tx: SettingsTransaction,
  scope: Scope,
  ruleName: string,
  nowMs: number,
): Promise<void> {
  for (const table of [
    "xray_sampling_rules",
    "xray_sampling_clients",
    "xray_sampling_anomalies",
    "xray_sampling_boosts",
  ] as const)
    await tx
      .deleteFrom(table)
      .where("account_id", "=", scope.accountId)
      .where("region", "=", scope.region)
      .where("rule_name", "=", ruleName)
      .execute();
  await noteChange(tx, scope, nowMs);
}

/** When a rule was last made, changed or deleted, epoch milliseconds; 0 if none ever was. */
export async function lastRuleModificationMs(
  queries: SettingsQueries | SettingsTransaction,
  scope: Scope,
): Promise<number> {
  const row = await queries
    .selectFrom("xray_sampling_revisions")
    .select("last_modified_ms")
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .executeTakeFirst();
  return row?.last_modified_ms ?? 0;
}

/** Clients fetch rules anew when this time is later than their own: it grows even if the clock does not. */
async function noteChange(tx: SettingsTransaction, scope: Scope, nowMs: number): Promise<void> {
  const last_modified_ms = Math.max(Math.floor(nowMs), (await lastRuleModificationMs(tx, scope)) + 1);
  await tx
    .insertInto("xray_sampling_revisions")
    .values({ account_id: scope.accountId, region: scope.region, last_modified_ms })
    .onConflict((conflict) => conflict.columns(["account_id", "region"]).doUpdateSet({ last_modified_ms }))
    .execute();
}

/** A rule as answers show it; AWS gives its times in whole seconds. */
export function ruleRecord(scope: Scope, { rule, createdMs, modifiedMs }: StoredRule): SamplingRuleRecord {
  return {
    SamplingRule: { ...rule, RuleARN: ruleArn(scope, rule.RuleName) },
    CreatedAt: wholeSecond(createdMs),
    ModifiedAt: wholeSecond(modifiedMs),
  };
}

function wholeSecond(timeMs: number): Date {
  return new Date(Math.floor(timeMs / 1000) * 1000);
}
