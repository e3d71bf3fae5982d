import type { SamplingStatisticsDocument } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import { clientActiveMs, statisticsKeptMs, windowOf } from "../../../tracing/sampling.js";
import { shareReservoir } from "../../../tracing/sampling-shares.js";
import type { StoredRule } from "./rule-store.js";

/** Clients that share one rule's reservoir. Further ones get a quota of 0 and sample at the rule's rate alone. */
const clientsPerRuleMax = 1000;

/** What a client saw of a rule that exists. */
export interface Report {
  readonly rule: StoredRule["rule"];
  readonly document: SamplingStatisticsDocument;
}

/** Adds what the reports count to the statistics of the 10 seconds in which they arrived. */
export async function bookStatistics(
  tx: SettingsTransaction,
  { accountId, region }: Scope,
  reports: readonly Report[],
  nowMs: number,
): Promise<void> {
  await tx
    .deleteFrom("xray_sampling_windows")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("window_ms", "<", nowMs - statisticsKeptMs)
    .execute();
  // One row a rule: a statement may not touch a row twice.
  const sums = new Map<string, { request_count: number; sampled_count: number; borrow_count: number }>();
  for (const { rule, document } of reports) {
    const sum = sums.get(rule.RuleName) ?? { request_count: 0, sampled_count: 0, borrow_count: 0 };
    sum.request_count += document.RequestCount ?? 0;
    sum.sampled_count += document.SampledCount ?? 0;
    sum.borrow_count += document.BorrowCount ?? 0;
    sums.set(rule.RuleName, sum);
  }
  if (sums.size === 0) return;
  const place = { account_id: accountId, region, window_ms: windowOf(nowMs) };
  await tx
    .insertInto("xray_sampling_windows")
    .values([...sums].map(([rule_name, sum]) => ({ ...place, rule_name, ...sum })))
    .onConflict((conflict) =>
      conflict.columns(["account_id", "region", "window_ms", "rule_name"]).doUpdateSet((set) => ({
        request_count: set("xray_sampling_windows.request_count", "+", set.ref("excluded.request_count")),
        sampled_count: set("xray_sampling_windows.sampled_count", "+", set.ref("excluded.sampled_count")),
        borrow_count: set("xray_sampling_windows.borrow_count", "+", set.ref("excluded.borrow_count")),
      })),
    )
    .execute();
}

/** @returns the quota of the client of each report, by rule name and client id. */
export async function grantQuotas(
  tx: SettingsTransaction,
  { accountId, region }: Scope,
  reports: readonly Report[],
  nowMs: number,
): Promise<Map<string, Map<string, number>>> {
  await tx
    .deleteFrom("xray_sampling_clients")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("last_report_ms", "<", nowMs - clientActiveMs)
    .execute();
  const rules = new Map(reports.map(({ rule }) => [rule.RuleName, rule]));
  const quotas = new Map<string, Map<string, number>>();
  if (rules.size === 0) return quotas;

  const held = new Map<string, Map<string, number>>();
  const rows = await tx
    .selectFrom("xray_sampling_clients")
    .select(["rule_name", "client_id", "quota"])
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("rule_name", "in", [...rules.keys()])
    .execute();
  for (const { rule_name, client_id, quota } of rows)
    held.set(rule_name, (held.get(rule_name) ?? new Map()).set(client_id, quota));

  for (const [ruleName, rule] of rules) {
    const heldOfRule = held.get(ruleName) ?? new Map<string, number>();
    const reporting = new Set<string>();
    let clients = heldOfRule.size;
    for (const { rule: reported, document } of reports) {
      const clientId = document.ClientID ?? "";
      if (reported.RuleName !== ruleName || reporting.has(clientId)) continue;
      const known = heldOfRule.has(clientId);
      if (!known && clients >= clientsPerRuleMax) continue;
      if (!known) clients++;
      reporting.add(clientId);
    }
    quotas.set(ruleName, shareReservoir(rule.ReservoirSize ?? 0, heldOfRule, reporting));
  }

  const place = { account_id: accountId, region, last_report_ms: nowMs };
  const granted = [...quotas].flatMap(([rule_name, ofRule]) =>
    [...ofRule].map(([client_id, quota]) => ({ ...place, rule_name, client_id, quota })),
  );
  if (granted.length > 0)
    await tx
      .insertInto("xray_sampling_clients")
      .values(granted)
      .onConflict((conflict) =>
        conflict.columns(["account_id", "region", "rule_name", "client_id"]).doUpdateSet((set) => ({
          last_report_ms: set.ref("excluded.last_report_ms"),
          quota: set.ref("excluded.quota"),
        })),
      )
      .execute();
  return quotas;
}
