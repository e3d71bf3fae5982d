import { ruleArn } from "../audit/detection/rule-arn.js";
import { createPublishing, type PublishingDeps } from "./publish-waiting.js";

/** Publishes alerts to the topics of an account, as CloudTrail's principal. What is given up stays among the findings. */
export function createAlertPublishing(deps: PublishingDeps) {
  return createPublishing(deps, {
    leaseName: "detection alerts",
    async due(nowMs, limit) {
      const rows = await deps.settings.read
        .selectFrom("detection_alerts")
        .selectAll()
        .where("retry_ms", "<=", nowMs)
        .orderBy("created_ms")
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.alert_id,
        sender: {
          accountId: row.account_id,
          homeRegion: row.region,
          arn: ruleArn({ accountId: row.account_id, region: row.region }, row.rule_id),
        },
        what: `an alert of ${row.rule_id}`,
        topicArn: row.topic_arn,
        message: row.message,
        subject: row.subject,
        createdMs: row.created_ms,
        attempts: row.attempts,
      }));
    },
    postpone: (tx, id, to) => tx.updateTable("detection_alerts").set(to).where("alert_id", "=", id).execute(),
    forget: (tx, id) => tx.deleteFrom("detection_alerts").where("alert_id", "=", id).execute(),
  });
}
