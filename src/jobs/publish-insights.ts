import type { Destinations } from "../audit/destinations.js";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { type Lease, takeLease } from "./lease.js";
import { retryTime } from "./trail-status.js";

const leaseName = "insight notifications";
/** Longer than one publishing takes; several renew it. */
const leaseMs = 120_000;
/** Published in one run. */
const batchMax = 100;
/** An event that could not be published for a day tells nobody anything new. */
const notificationAgeMaxMs = 24 * 60 * 60_000;

/** What publishes events to topics on AWS: policies of topics that let EventBridge in let these in, too. */
const servicePrincipal = "events.amazonaws.com";

/**
 * Publishes the events of insights to their topics, by calls of SNS that are authorised and recorded like any other. A
 * crash between publishing and forgetting publishes once more: SNS itself delivers at least once.
 */
export function createInsightPublishing(deps: {
  readonly settings: SettingsStore;
  readonly destinations: Pick<Destinations, "publish">;
  readonly environment: Environment;
  readonly holder: string;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, destinations, environment } = deps;
  const { clock } = environment;

  function hold(): Promise<Lease | undefined> {
    return settings.transact((tx) => takeLease(tx, leaseName, deps.holder, clock.nowMs(), leaseMs));
  }

  return {
    async run(): Promise<void> {
      const due = await settings.read
        .selectFrom("xray_insight_notifications")
        .selectAll()
        .where("retry_ms", "<=", clock.nowMs())
        .orderBy("created_ms")
        .limit(batchMax)
        .execute();
      for (const row of due) {
        if ((await hold()) === undefined) return;
        const sender = {
          accountId: row.account_id,
          homeRegion: row.region,
          arn: row.group_arn,
          service: servicePrincipal,
        };
        const failure = await destinations.publish(sender, row.topic_arn, row.message).then(
          () => undefined,
          (reason: unknown) => ({ reason }),
        );
        if (failure) deps.reportFailure(`an insight of ${row.group_arn} to ${row.topic_arn}`, failure.reason);
        const nowMs = clock.nowMs();
        const attempts = row.attempts + 1;
        const again = failure !== undefined && row.created_ms > nowMs - notificationAgeMaxMs;
        await settings.transact(async (tx) => {
          if (again)
            await tx
              .updateTable("xray_insight_notifications")
              .set({ attempts, retry_ms: retryTime(nowMs, attempts) })
              .where("notification_id", "=", row.notification_id)
              .execute();
          else
            await tx
              .deleteFrom("xray_insight_notifications")
              .where("notification_id", "=", row.notification_id)
              .execute();
        });
      }
    },
  };
}
