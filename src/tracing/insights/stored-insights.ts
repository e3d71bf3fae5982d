import type { Selectable } from "kysely";
import type { Scope } from "../../storage/scope.js";
import type { XrayInsightsTables } from "../../storage/settings/tables/xray-insights.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import { eventOf } from "./describe-insight.js";
import type { Insight } from "./insight.js";
import type { InsightGroup } from "./insight-view.js";

export type InsightRow = Selectable<XrayInsightsTables["xray_insights"]>;

export function insightOf(row: Pick<InsightRow, "insight">): Insight {
  return JSON.parse(row.insight) as Insight;
}

/** Keeps an insight as it is now. */
export async function storeInsight(
  tx: SettingsTransaction,
  place: { readonly scope: Scope; readonly group: InsightGroup },
  insight: Insight,
): Promise<void> {
  const { scope, group } = place;
  const values = {
    state: insight.state,
    start_ms: insight.startMs,
    end_ms: insight.endMs ?? null,
    insight: JSON.stringify(insight),
  };
  await tx
    .insertInto("xray_insights")
    .values({
      insight_id: insight.insightId,
      account_id: scope.accountId,
      region: scope.region,
      group_arn: group.arn,
      group_name: group.name,
      ...values,
    })
    .onConflict((conflict) => conflict.column("insight_id").doUpdateSet(values))
    .execute();
}

/** Adds an event that tells of the insight as it is. */
export async function storeInsightEvent(tx: SettingsTransaction, insight: Insight): Promise<void> {
  const { insightId } = insight;
  const last = await tx
    .selectFrom("xray_insight_events")
    .select((select) => select.fn.max("sequence").as("sequence"))
    .where("insight_id", "=", insightId)
    .executeTakeFirst();
  await tx
    .insertInto("xray_insight_events")
    .values({
      insight_id: insightId,
      sequence: Number(last?.sequence ?? 0) + 1,
      event: JSON.stringify(eventOf(insight)),
    })
    .execute();
}
