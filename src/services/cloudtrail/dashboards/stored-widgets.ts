import type { DashboardWidget } from "../../../audit/lake/dashboards.js";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";

/** Keeps the statements of a dashboard by their aliases, and none of its former ones. */
export async function putAliases(
  tx: SettingsTransaction,
  arn: string,
  widgets: readonly DashboardWidget[],
  call: Call,
): Promise<void> {
  await tx.deleteFrom("lake_query_aliases").where("dashboard_arn", "=", arn).execute();
  for (const { alias, statement, parameters } of widgets)
    await tx
      .insertInto("lake_query_aliases")
      .values({
        account_id: call.accountId,
        region: call.region,
        alias,
        statement,
        prompt: null,
        parameters: JSON.stringify(parameters),
        dashboard_arn: arn,
        created_ms: call.nowMs,
      })
      .execute();
}
