import type { Updateable } from "kysely";
import type { SettingsTables } from "../storage/settings/tables.js";
import type { SettingsTransaction } from "../storage/settings-store.js";

export type StatusChange = Omit<Updateable<SettingsTables["trail_status"]>, "trail_id" | "region">;

/** What GetTrailStatus tells of a trail in a region: only what is given changes. */
export async function noteStatus(
  tx: SettingsTransaction,
  trailId: string,
  region: string,
  change: StatusChange,
): Promise<void> {
  await tx
    .insertInto("trail_status")
    .values({
      trail_id: trailId,
      region,
      delivery_ms: null,
      delivery_attempt_ms: null,
      delivery_error: null,
      notification_ms: null,
      notification_attempt_ms: null,
      notification_error: null,
      logs_delivery_ms: null,
      logs_delivery_error: null,
      digest_ms: null,
      digest_error: null,
      logs_oversize_count: 0,
      ...change,
    })
    .onConflict((conflict) => {
      const again = conflict.columns(["trail_id", "region"]);
      return Object.keys(change).length > 0 ? again.doUpdateSet(change) : again.doNothing();
    })
    .execute();
}

const firstRetryMs = 1000;
const retryMsMax = 5 * 60_000;

/** When to try again after so many failures in a row: doubling from a second to five minutes. */
export function retryTime(nowMs: number, attempts: number): number {
  return nowMs + Math.min(firstRetryMs * 2 ** Math.min(attempts - 1, 20), retryMsMax);
}
