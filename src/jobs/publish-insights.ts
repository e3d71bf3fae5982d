import { createPublishing, type PublishingDeps } from "./publish-waiting.js";

/** What publishes events to topics on AWS: policies of topics that let EventBridge in let these in, too. */
const servicePrincipal = "events.amazonaws.com";

/** Publishes the events of X-Ray's insights to their topics. */
export function createInsightPublishing(deps: PublishingDeps) {
  return createPublishing(deps, {
    leaseName: "insight notifications",
    async due(nowMs, limit) {
      const rows = await deps.settings.read
        .selectFrom("xray_insight_notifications")
        .selectAll()
        .where("retry_ms", "<=", nowMs)
        .orderBy("created_ms")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.notification_id,
        sender: {
          accountId: row.account_id,
          homeRegion: row.region,
          arn: row.group_arn,
          service: servicePrincipal,
        },
        what: `an insight of ${row.group_arn}`,
        topicArn: row.topic_arn,
        message: row.message,
        createdMs: row.created_ms,
        attempts: row.attempts,
      }));
    },
    postpone: (tx, id, to) =>
      tx.updateTable("xray_insight_notifications").set(to).where("notification_id", "=", id).execute(),
    forget: (tx, id) => tx.deleteFrom("xray_insight_notifications").where("notification_id", "=", id).execute(),
  });
}
