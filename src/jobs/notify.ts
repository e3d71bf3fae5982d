import { errorCodeOf } from "../audit/destinations.js";
import { type DeliveryContext, identityOf } from "./delivery-context.js";
import type { HeldStream } from "./event-streams.js";
import { assertHeld } from "./lease.js";
import { noteStatus, retryTime } from "./trail-status.js";

/** Messages looked at in one run. */
const batchMax = 500;

/** A notification that could not be published for a day tells nobody anything new. */
const notificationAgeMaxMs = 24 * 60 * 60_000;

/**
 * Publishes the messages of finished deliveries. A crash between publishing and forgetting publishes once more: SNS
 * itself delivers at least once.
 *
 * @param stream any stream this process holds: whoever holds the first one publishes for all.
 */
export async function publishNotifications(context: DeliveryContext, stream: HeldStream): Promise<void> {
  const { settings, destinations, environment } = context;
  const due = await settings.read
    .selectFrom("trail_notifications")
    .innerJoin("trails", "trails.trail_id", "trail_notifications.trail_id")
    .selectAll("trails")
    .select(["notification_id", "region", "topic_arn", "message", "attempts"])
    .select("trail_notifications.created_ms as notified_ms")
    .where("retry_ms", "<=", environment.clock.nowMs())
    .orderBy("trail_notifications.created_ms")
    .limit(batchMax)
    .execute();

  for (const row of due) {
    const failure = await destinations
      .publish(identityOf(row), row.topic_arn, row.message)
      .then(() => undefined)
      .catch((reason: unknown) => ({ reason }));
    const nowMs = environment.clock.nowMs();
    if (failure) context.reportFailure(`notification of ${row.arn} to ${row.topic_arn}`, failure.reason);
    await settings.transact(async (tx) => {
      await assertHeld(tx, stream.lease);
      const code = failure && errorCodeOf(failure.reason);
      await noteStatus(tx, row.trail_id, row.region, {
        notification_attempt_ms: nowMs,
        ...(failure === undefined && { notification_ms: nowMs, notification_error: null }),
        ...(code !== undefined && { notification_error: code }),
      });
      const attempts = row.attempts + 1;
      if (failure && row.notified_ms > nowMs - notificationAgeMaxMs)
        await tx
          .updateTable("trail_notifications")
          .set({ attempts, retry_ms: retryTime(nowMs, attempts) })
          .where("notification_id", "=", row.notification_id)
          .execute();
      else await tx.deleteFrom("trail_notifications").where("notification_id", "=", row.notification_id).execute();
    });
  }
}
