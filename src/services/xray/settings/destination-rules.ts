import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { firstPeriod, periodAt, readTracePeriods, type TracePeriod } from "../../../tracing/trace-periods.js";

/** Long enough for every process to have seen the change; AWS takes up to ten minutes. */
export const pendingMs = 3000;

/** The last period, which may still be ahead: then the change is pending. */
export async function latestPeriod(queries: SettingsQueries | SettingsTransaction, scope: Scope): Promise<TracePeriod> {
  return (await readTracePeriods(queries, scope)).at(-1) ?? firstPeriod;
}

/** Begins a period; one that would have begun at the same moment never does, and past ones are forgotten. */
export async function beginPeriod(
  tx: SettingsTransaction,
  scope: Scope,
  period: TracePeriod,
  nowMs: number,
): Promise<void> {
  const changed = { destination: period.destination, indexed_percentage: String(period.indexedPercentage) };
  await tx
    .insertInto("xray_trace_periods")
    .values({ account_id: scope.accountId, region: scope.region, from_ms: period.fromMs, ...changed })
    .onConflict((conflict) => conflict.columns(["account_id", "region", "from_ms"]).doUpdateSet(changed))
    .execute();
  const inForce = periodAt(await readTracePeriods(tx, scope), nowMs);
  await tx
    .deleteFrom("xray_trace_periods")
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("from_ms", "<", inForce.fromMs)
    .execute();
}
