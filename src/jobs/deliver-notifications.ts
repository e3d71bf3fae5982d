import type { NotificationSigner } from "../identity/notification-signing.js";
import type { OutboundNetwork } from "../identity/outbound-network.js";
import { openSubscription } from "../identity/sealed-subscriptions.js";
import type { Vault } from "../identity/vault.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { envelopeOf, type Notification } from "./notification-envelope.js";
import { postNotification } from "./post-notification.js";
import type { Mailer } from "./send-mail.js";

/** Deliveries taken and posted at once. */
const batchDeliveriesMax = 32;
const attemptsMax = 12;
const firstPauseMs = 1000;
const pauseMsMax = 3_600_000;
/** How long a delivery is ours: longer than a post can take. If this process dies, it is tried again after it. */
const claimMs = 60_000;
const pendingSubscriptionMsMax = 3 * 86_400_000;
const deadDeliveryKeptMs = 14 * 86_400_000;

export interface DeliveryReport {
  readonly delivered: number;
  readonly retried: number;
  /** Given up after `attemptsMax` attempts; kept and shown by GetSubscriptionAttributes for 14 days. */
  readonly dead: number;
}

export interface FailedDelivery {
  readonly messageId: string;
  readonly subscriptionArn: string;
  readonly attempts: number;
  /** Refused by the receiver, not reached, or not trusted: TLS that does not hold is here. */
  readonly reason: string;
  /** It is not tried again. */
  readonly givenUp: boolean;
}

/**
 * Posts messages of SNS topics to their subscriptions, at least once each. Several processes may run it: a delivery is
 * claimed in a transaction before it is posted.
 *
 * @param onFailure is told of every attempt that failed, for the log.
 */
export function createNotificationDelivery(deps: {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly network: OutboundNetwork;
  readonly signer: () => Promise<NotificationSigner>;
  /** Absent where no SMTP relay is configured. */
  readonly mailer?: Mailer;
  readonly onFailure: (failed: FailedDelivery) => void;
}) {
  const { settings, vault } = deps;

  async function run(nowMs: number): Promise<DeliveryReport> {
    const report = { delivered: 0, retried: 0, dead: 0 };
    for (;;) {
      const claimed = await claim(settings, vault, nowMs);
      const outcomes = await Promise.all(claimed.map((delivery) => attempt(delivery, nowMs)));
      for (const outcome of outcomes) report[outcome]++;
      if (claimed.length < batchDeliveriesMax) break;
    }
    await tidy(settings, nowMs);
    return report;
  }

  async function send(delivery: ClaimedDelivery): Promise<void> {
    const { protocol } = delivery;
    if (!protocol.startsWith("email")) return postNotification(delivery, deps.network, await deps.signer());
    if (deps.mailer === undefined) throw new Error("no SMTP relay is configured");
    const envelope = protocol === "email-json" ? envelopeOf(delivery, await deps.signer()) : undefined;
    return deps.mailer.send(delivery, envelope);
  }

  async function attempt(delivery: ClaimedDelivery, nowMs: number): Promise<keyof DeliveryReport> {
    const { deliveryId, attempts } = delivery;
    const failure = await send(delivery).then(
      () => undefined,
      (problem: unknown) => (problem instanceof Error ? problem.message : String(problem)),
    );
    if (failure === undefined) {
      await forget(settings, deliveryId, delivery.subscriptionArn);
      return "delivered";
    }
    const dead = attempts >= attemptsMax;
    await settings.transact(async (tx) => {
      await tx
        .updateTable("sns_deliveries")
        .set({
          state: dead ? "dead" : "waiting",
          next_ms: dead ? nowMs : nowMs + Math.min(firstPauseMs * 2 ** (attempts - 1), pauseMsMax),
          last_error: failure.slice(0, 500),
        })
        .where("message_id", "=", deliveryId)
        .where("subscription_arn", "=", delivery.subscriptionArn)
        .execute();
    });
    const { messageId, subscriptionArn } = delivery;
    deps.onFailure({ messageId, subscriptionArn, attempts, reason: failure, givenUp: dead });
    return dead ? "dead" : "retried";
  }

  return { run };
}

interface ClaimedDelivery extends Notification {
  /** Key of the stored message. */
  readonly deliveryId: string;
  readonly protocol: string;
  readonly attempts: number;
}

/** Takes due deliveries, the oldest first, and counts the attempt: a post that kills the process is an attempt too. */
async function claim(settings: SettingsStore, vault: Vault, nowMs: number): Promise<ClaimedDelivery[]> {
  const due = await settings.read
    .selectFrom("sns_deliveries")
    .select("message_id")
    .where("state", "=", "waiting")
    .where("next_ms", "<=", nowMs)
    .limit(1)
    .execute();
  if (due.length === 0) return [];
  return settings.transact(async (tx) => {
    const rows = await tx
      .selectFrom("sns_deliveries as delivery")
      .innerJoin("sns_messages as message", "message.message_id", "delivery.message_id")
      .innerJoin("sns_subscriptions as subscription", "subscription.arn", "delivery.subscription_arn")
      .innerJoin("sns_topics as topic", "topic.arn", "delivery.topic_arn")
      .select([
        "delivery.message_id as deliveryId",
        "delivery.subscription_arn as subscriptionArn",
        "delivery.attempts as attempts",
        "message.type as type",
        "message.topic_arn as topicArn",
        "message.subject as subject",
        "message.message as message",
        "message.attributes as attributes",
        "message.published_ms as publishedMs",
        "message.base_url as messageUrl",
        "subscription.base_url as subscriptionUrl",
        "subscription.protocol as protocol",
        "subscription.unsubscribe_token as unsubscribeToken",
        "topic.signature_version as signatureVersion",
        "subscription.endpoint as endpoint",
        "subscription.raw_delivery as rawDelivery",
        "subscription.token as token",
      ])
      .where("delivery.state", "=", "waiting")
      .where("delivery.next_ms", "<=", nowMs)
      .orderBy("delivery.next_ms")
      .limit(batchDeliveriesMax)
      .execute();
    for (const row of rows)
      await tx
        .updateTable("sns_deliveries")
        .set({ attempts: row.attempts + 1, next_ms: nowMs + claimMs })
        .where("message_id", "=", row.deliveryId)
        .where("subscription_arn", "=", row.subscriptionArn)
        .execute();
    return rows.map(({ rawDelivery, messageUrl, subscriptionUrl, ...row }) => ({
      ...row,
      ...opened(vault, row),
      attempts: row.attempts + 1,
      messageId: row.deliveryId.split("/")[0]!,
      // Where the subscriber reached us, or else the publisher did: that may have been this process itself.
      baseUrl: subscriptionUrl || messageUrl,
      raw: rawDelivery === 1 && row.type === "Notification",
    }));
  });
}

function opened(
  vault: Vault,
  row: { subscriptionArn: string; endpoint: string; token: string; unsubscribeToken: string },
) {
  const { subscriptionArn: arn, endpoint, token, unsubscribeToken: unsubscribe_token } = row;
  const { unsubscribe_token: unsubscribeToken, ...rest } = openSubscription(vault, {
    ...{ arn, endpoint, token },
    unsubscribe_token,
  });
  return { endpoint: rest.endpoint, token: rest.token, unsubscribeToken };
}

async function forget(settings: SettingsStore, messageId: string, subscriptionArn: string): Promise<void> {
  await settings.transact(async (tx) => {
    await tx
      .deleteFrom("sns_deliveries")
      .where("message_id", "=", messageId)
      .where("subscription_arn", "=", subscriptionArn)
      .execute();
    const others = await tx
      .selectFrom("sns_deliveries")
      .select("message_id")
      .where("message_id", "=", messageId)
      .limit(1)
      .execute();
    if (others.length === 0) await tx.deleteFrom("sns_messages").where("message_id", "=", messageId).execute();
  });
}

/** Removes subscriptions that nobody confirmed, old dead deliveries, and messages that nothing waits for. */
async function tidy(settings: SettingsStore, nowMs: number): Promise<void> {
  const unconfirmed = await settings.read
    .selectFrom("sns_subscriptions")
    .select("arn")
    .where("confirmed", "=", 0)
    .where("created_ms", "<", nowMs - pendingSubscriptionMsMax)
    .execute();
  const oldDead = await settings.read
    .selectFrom("sns_deliveries")
    .select("message_id")
    .where("state", "=", "dead")
    .where("next_ms", "<", nowMs - deadDeliveryKeptMs)
    .limit(1)
    .execute();
  const orphan = await settings.read
    .selectFrom("sns_messages as message")
    .leftJoin("sns_deliveries as delivery", "delivery.message_id", "message.message_id")
    .select("message.message_id")
    .where("delivery.message_id", "is", null)
    .limit(1)
    .execute();
  if (unconfirmed.length === 0 && oldDead.length === 0 && orphan.length === 0) return;
  await settings.transact(async (tx) => {
    for (const { arn } of unconfirmed) {
      await tx.deleteFrom("sns_deliveries").where("subscription_arn", "=", arn).execute();
      await tx.deleteFrom("sns_subscriptions").where("arn", "=", arn).where("confirmed", "=", 0).execute();
    }
    await tx
      .deleteFrom("sns_deliveries")
      .where("state", "=", "dead")
      .where("next_ms", "<", nowMs - deadDeliveryKeptMs)
      .execute();
    await tx
      .deleteFrom("sns_messages")
      .where("message_id", "not in", (query) => query.selectFrom("sns_deliveries").select("message_id"))
      .execute();
  });
}
