import type { IndexingRule } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";

/** The one rule there is. */
export const indexingRuleName = "Default";

/** What AWS indexes without extra charge, and unless told otherwise. */
const defaultPercentage = 1;

export interface IndexingSetting {
  readonly percentage: number;
  /** Epoch milliseconds; 0 before any change. */
  readonly modifiedMs: number;
}

export async function readIndexingRule(
  queries: SettingsQueries | SettingsTransaction,
  { accountId, region }: Scope,
): Promise<IndexingSetting> {
  const row = await queries
    .selectFrom("xray_indexing_rules")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .executeTakeFirst();
  if (row === undefined) return { percentage: defaultPercentage, modifiedMs: 0 };
  return { percentage: Number(row.desired_percentage), modifiedMs: row.modified_ms };
}

/** The actual share is the desired one: a trace is indexed whole or not at all, by a hash of its id. */
export function indexingRuleView({ percentage, modifiedMs }: IndexingSetting): IndexingRule {
  return {
    Name: indexingRuleName,
    ModifiedAt: new Date(modifiedMs),
    Rule: { Probabilistic: { DesiredSamplingPercentage: percentage, ActualSamplingPercentage: percentage } },
  };
}
