import type { SamplingBoostStatisticsDocument } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import { reportIntervalSeconds, windowOf } from "../../../tracing/sampling.js";
import { type Boost, type BoostSettings, boostInForce, nextBoost } from "../../../tracing/sampling-boost.js";
import type { StoredRule } from "./rule-store.js";

const intervalMs = reportIntervalSeconds * 1000;

/** What a service saw go wrong under a rule that exists. */
export interface AnomalyReport {
  readonly rule: StoredRule["rule"];
  readonly document: SamplingBoostStatisticsDocument;
}

/**
 * Adds what services report to what others did in this and the last interval, and starts the boosts that this calls for.
 * Boosts are stored, so that every process tells the same ones, also after a restart.
 */
export async function bookAnomalies(
  tx: SettingsTransaction,
  scope: Scope,
  reports: readonly AnomalyReport[],
  nowMs: number,
): Promise<void> {
  const place = { account_id: scope.accountId, region: scope.region };
  const rules = new Map<string, { settings: BoostSettings; anomaly_count: number; sampled_anomaly_count: number }>();
  for (const { rule, document } of reports) {
    const settings = boostSettings(rule);
    if (settings === undefined) continue;
    const sum = rules.get(rule.RuleName) ?? { settings, anomaly_count: 0, sampled_anomaly_count: 0 };
    sum.anomaly_count += document.AnomalyCount ?? 0;
    sum.sampled_anomaly_count += document.SampledAnomalyCount ?? 0;
    rules.set(rule.RuleName, sum);
  }
  if (rules.size === 0) return;
  const window_ms = windowOf(nowMs);
  await tx
    .deleteFrom("xray_sampling_anomalies")
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("window_ms", "<", window_ms - intervalMs)
    .execute();
  await tx
    .insertInto("xray_sampling_anomalies")
    .values([...rules].map(([rule_name, { settings, ...sum }]) => ({ ...place, window_ms, rule_name, ...sum })))
    .onConflict((conflict) =>
      conflict.columns(["account_id", "region", "window_ms", "rule_name"]).doUpdateSet((set) => ({
        anomaly_count: set("xray_sampling_anomalies.anomaly_count", "+", set.ref("excluded.anomaly_count")),
        sampled_anomaly_count: set(
          "xray_sampling_anomalies.sampled_anomaly_count",
          "+",
          set.ref("excluded.sampled_anomaly_count"),
        ),
      })),
    )
    .execute();

  const seen = await recentAnomalies(tx, scope, [...rules.keys()]);
  const latest = await latestBoosts(tx, scope, [...rules.keys()]);
  for (const [ruleName, { settings }] of rules) {
    const boost = nextBoost(settings, seen.get(ruleName) ?? nothing, latest.get(ruleName), nowMs);
    if (boost !== undefined) await putBoost(tx, scope, ruleName, boost);
  }
}

const nothing = { anomalies: 0, sampledAnomalies: 0 };

/** @returns the boosts in force, by the names of those of the rules that have one. */
export async function boostsInForce(
  tx: SettingsTransaction,
  scope: Scope,
  rules: readonly StoredRule["rule"][],
  nowMs: number,
): Promise<Map<string, Boost>> {
  const boosted = new Map<string, BoostSettings>();
  for (const rule of rules) {
    const settings = boostSettings(rule);
    if (settings !== undefined) boosted.set(rule.RuleName, settings);
  }
  const latest = await latestBoosts(tx, scope, [...boosted.keys()]);
  const inForce = new Map<string, Boost>();
  for (const [ruleName, settings] of boosted) {
    const boost = boostInForce(settings, latest.get(ruleName), nowMs);
    if (boost !== undefined) inForce.set(ruleName, boost);
  }
  return inForce;
}

function boostSettings({ FixedRate, SamplingRateBoost }: StoredRule["rule"]): BoostSettings | undefined {
  if (SamplingRateBoost === undefined) return undefined;
  return {
    fixedRate: FixedRate ?? 0,
    maxRate: SamplingRateBoost.MaxRate ?? 0,
    cooldownWindowMinutes: SamplingRateBoost.CooldownWindowMinutes ?? 0,
  };
}

/** Older ones are gone from the table. */
async function recentAnomalies(tx: SettingsTransaction, scope: Scope, ruleNames: readonly string[]) {
  const rows = await tx
    .selectFrom("xray_sampling_anomalies")
    .select(["rule_name", "anomaly_count", "sampled_anomaly_count"])
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("rule_name", "in", ruleNames)
    .execute();
  const sums = new Map<string, typeof nothing>();
  for (const row of rows) {
    const { anomalies, sampledAnomalies } = sums.get(row.rule_name) ?? nothing;
    sums.set(row.rule_name, {
      anomalies: anomalies + row.anomaly_count,
      sampledAnomalies: sampledAnomalies + row.sampled_anomaly_count,
    });
  }
  return sums;
}

async function latestBoosts(
  tx: SettingsTransaction,
  scope: Scope,
  ruleNames: readonly string[],
): Promise<Map<string, Boost>> {
  if (ruleNames.length === 0) return new Map();
  const rows = await tx
    .selectFrom("xray_sampling_boosts")
    .select(["rule_name", "boost_rate", "until_ms"])
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("rule_name", "in", ruleNames)
    .execute();
  return new Map(rows.map((row) => [row.rule_name, { rate: Number(row.boost_rate), untilMs: row.until_ms }]));
}

async function putBoost(tx: SettingsTransaction, scope: Scope, ruleName: string, boost: Boost): Promise<void> {
  const values = { boost_rate: String(boost.rate), until_ms: boost.untilMs };
  await tx
    .insertInto("xray_sampling_boosts")
    .values({ account_id: scope.accountId, region: scope.region, rule_name: ruleName, ...values })
    .onConflict((conflict) => conflict.columns(["account_id", "region", "rule_name"]).doUpdateSet(values))
    .execute();
}
