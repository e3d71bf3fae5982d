import type {
  GetSubscriptionAttributesCommandInput,
  GetSubscriptionAttributesResponse,
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicResponse,
  ListSubscriptionsCommandInput,
  ListSubscriptionsResponse,
  SetSubscriptionAttributesCommandInput,
  Subscription,
} from "@aws-sdk/client-sns";
import { management } from "../../audit/event.js";
import { openSubscription } from "../../identity/sealed-subscriptions.js";
import { operation } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter } from "./errors.js";
import { requireSubscription, type SubscriptionRow, subscriptionAccess } from "./subscriptions.js";
import { pageByArn, requireTopic, topicAccess, topicResources } from "./topics.js";

/** The columns that attributes set. @throws ServiceError InvalidParameter */
export function subscriptionValues(
  protocol: string,
  attributes: Readonly<Record<string, string>>,
): { raw_delivery?: number } {
  const values: { raw_delivery?: number } = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== "RawMessageDelivery")
      throw invalidParameter(`AttributeName Reason: ${name.slice(0, 100)} is not offered here`);
    if (!/^(true|false)$/i.test(value) || protocol.startsWith("email")) throw invalidParameter("RawMessageDelivery");
    values.raw_delivery = value.toLowerCase() === "true" ? 1 : 0;
  }
  return values;
}

const topicOf = (arn: string | undefined) => arn?.split(":").slice(0, 6).join(":");

export const setSubscriptionAttributes = (deps: SnsDeps) =>
  operation<SetSubscriptionAttributesCommandInput, Record<string, never>>({
    name: "SetSubscriptionAttributes",
    readOnly: false,
    event: management,
    access: (input, call) =>
      subscriptionAccess(deps.settings.read, "SetSubscriptionAttributes", call, input.SubscriptionArn),
    async execute(input, call) {
      await call.commit(async (tx) => {
        const { arn, protocol } = await requireSubscription(tx, call, input.SubscriptionArn);
        const values = subscriptionValues(protocol, { [input.AttributeName!]: input.AttributeValue ?? "" });
        await tx.updateTable("sns_subscriptions").set(values).where("arn", "=", arn).execute();
      });
      return {};
    },
    resources: (input) => topicResources(topicOf(input?.SubscriptionArn)),
  });

/** Beside AWS's attributes it tells of deliveries that wait and of those that were given up. */
export const getSubscriptionAttributes = (deps: SnsDeps) =>
  operation<GetSubscriptionAttributesCommandInput, GetSubscriptionAttributesResponse>({
    name: "GetSubscriptionAttributes",
    readOnly: true,
    event: management,
    access: (input, call) =>
      subscriptionAccess(deps.settings.read, "GetSubscriptionAttributes", call, input.SubscriptionArn),
    async execute(input, call) {
      const row = await requireSubscription(deps.settings.read, call, input.SubscriptionArn);
      const deliveries = await deps.settings.read
        .selectFrom("sns_deliveries")
        .select(["state", "last_error", "next_ms"])
        .where("subscription_arn", "=", row.arn)
        .orderBy("next_ms")
        .execute();
      const dead = deliveries.filter((delivery) => delivery.state === "dead");
      const lastError = deliveries.findLast((delivery) => delivery.last_error !== "")?.last_error;
      return {
        Attributes: {
          SubscriptionArn: row.arn,
          TopicArn: row.topic_arn,
          Owner: row.account_id,
          Protocol: row.protocol,
          Endpoint: openSubscription(deps.vault, row).endpoint,
          PendingConfirmation: String(row.confirmed === 0),
          ConfirmationWasAuthenticated: "false",
          RawMessageDelivery: String(row.raw_delivery === 1),
          DeliveriesWaiting: String(deliveries.length - dead.length),
          DeliveriesDead: String(dead.length),
          ...(lastError !== undefined && { LastDeliveryError: lastError }),
        },
      };
    },
    resources: (input) => topicResources(topicOf(input?.SubscriptionArn)),
  });

export const listSubscriptions = (deps: SnsDeps) =>
  operation<ListSubscriptionsCommandInput, ListSubscriptionsResponse>({
    name: "ListSubscriptions",
    readOnly: true,
    event: management,
    access: () => [{ action: "sns:ListSubscriptions", resource: "*" }],
    async execute(input, call) {
      const rows = await deps.settings.read
        .selectFrom("sns_subscriptions")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .execute();
      const { page, NextToken } = pageByArn(rows, input.NextToken, "subscriptions");
      return { Subscriptions: page.map((row) => shown(openSubscription(deps.vault, row))), NextToken };
    },
  });

export const listSubscriptionsByTopic = (deps: SnsDeps) =>
  operation<ListSubscriptionsByTopicCommandInput, ListSubscriptionsByTopicResponse>({
    name: "ListSubscriptionsByTopic",
    readOnly: true,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "ListSubscriptionsByTopic", call, input.TopicArn),
    async execute(input, call) {
      const topic = await requireTopic(deps.settings.read, call, input.TopicArn);
      const rows = await deps.settings.read
        .selectFrom("sns_subscriptions")
        .selectAll()
        .where("topic_arn", "=", topic.arn)
        .execute();
      const { page, NextToken } = pageByArn(rows, input.NextToken, topic.arn);
      return { Subscriptions: page.map((row) => shown(openSubscription(deps.vault, row))), NextToken };
    },
    resources: (input) => topicResources(input?.TopicArn),
  });

function shown(row: SubscriptionRow): Subscription {
  return {
    SubscriptionArn: row.confirmed === 1 ? row.arn : "PendingConfirmation",
    Owner: row.account_id,
    Protocol: row.protocol,
    Endpoint: row.endpoint,
    TopicArn: row.topic_arn,
  };
}
