import type { Destinations } from "../audit/destinations.js";
import { ruleArn } from "../audit/detection/rule-arn.js";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { takeLease } from "./lease.js";
import { retryTime } from "./trail-status.js";

const leaseName = "detection alerts";
/** Longer than one publishing takes; several renew it. */
const leaseMs = 120_000;
/** Published in one run. */
const batchMax = 100;
/** An alert that could not be published for a day stays to be seen in the findings. */
const alertAgeMaxMs = 24 * 60 * 60_000;

/**
 * Publishes alerts to the topics of an account, as CloudTrail's principal, by calls of SNS that are authorised and recorded
 * like any other. A crash between publishing and forgetting publishes once more: SNS itself delivers at least once.
 */
export function createAlertPublishing(deps: {
  readonly settings: SettingsStore;
  readonly destinations: Pick<Destinations, "publish">;
  readonly environment: Environment;
  readonly holder: string;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, destinations } = deps;
  const { clock } = deps.environment;

  return {
    async run(): Promise<void> {
      const due = await settings.read
        .selectFrom("detection_alerts")
        .selectAll()
        .where("retry_ms", "<=", clock.nowMs())
        .orderBy("created_ms")
        .limit(batchMax)
        .execute();
      for (const row of due) {
        const lease = await settings.transact((tx) => takeLease(tx, leaseName, deps.holder, clock.nowMs(), leaseMs));
        if (lease === undefined) return;
        const sender = {
          accountId: row.account_id,
          homeRegion: row.region,
          arn: ruleArn({ accountId: row.account_id, region: row.region }, row.rule_id),
        };
        const failure = await destinations.publish(sender, row.topic_arn, row.message, row.subject).then(
          () => undefined,
          (reason: unknown) => ({ reason }),
        );
        if (failure) deps.reportFailure(`an alert of ${row.rule_id} to ${row.topic_arn}`, failure.reason);
        const nowMs = clock.nowMs();
        const attempts = row.attempts + 1;
        const again = failure !== undefined && row.created_ms > nowMs - alertAgeMaxMs;
        await settings.transact(async (tx) => {
          if (again)
            await tx
              .updateTable("detection_alerts")
              .set({ attempts, retry_ms: retryTime(nowMs, attempts) })
              .where("alert_id", "=", row.alert_id)
              .execute();
          else await tx.deleteFrom("detection_alerts").where("alert_id", "=", row.alert_id).execute();
        });
      }
    },
  };
}
