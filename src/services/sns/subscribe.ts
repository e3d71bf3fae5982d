import type {
  ConfirmSubscriptionCommandInput,
  ConfirmSubscriptionResponse,
  SubscribeCommandInput,
  SubscribeResponse,
} from "@aws-sdk/client-sns";
import { management } from "../../audit/event.js";
import { hidden } from "../../audit/parameters.js";
import { openSubscription, sealSubscription } from "../../identity/sealed-subscriptions.js";
import { operation } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter, limitExceeded } from "./errors.js";
import { baseUrlOf, enqueue } from "./messages.js";
import { sameText } from "./same-text.js";
import { subscriptionValues } from "./subscription-attributes.js";
import { checkEndpoint, endpointShown, type SubscriptionRow } from "./subscriptions.js";
import { requireTopic, subscriptionsPerTopicMax, type TopicRow, topicAccess, topicResources } from "./topics.js";

const tokenBytes = 64;
const unsubscribeTokenBytes = 32;
const pending = "pending confirmation";

/** Sends a confirmation message to the endpoint; nothing else is sent there before its token has come back. */
export const subscribe = (deps: SnsDeps) =>
  operation<SubscribeCommandInput, SubscribeResponse>({
    name: "Subscribe",
    readOnly: false,
    event: management,
    access: (input, call) =>
      topicAccess(deps.settings.read, "Subscribe", call, input.TopicArn, {
        "sns:Protocol": input.Protocol!,
        ...(input.Endpoint !== undefined && { "sns:Endpoint": input.Endpoint }),
      }),
    async execute(input, call) {
      const protocol = input.Protocol!;
      const endpoint = checkEndpoint(protocol, input.Endpoint, deps.mailOffered === true);
      const values = subscriptionValues(protocol, input.Attributes ?? {});
      const shownArn = (row: SubscriptionRow) =>
        row.confirmed === 1 || input.ReturnSubscriptionArn ? row.arn : pending;
      const made: SubscriptionRow = {
        arn: `${input.TopicArn}:${deps.environment.ids.uuid()}`,
        topic_arn: input.TopicArn!,
        account_id: call.accountId,
        region: call.region,
        protocol,
        endpoint,
        confirmed: 0,
        token: deps.environment.ids.bytes(tokenBytes).toString("hex"),
        raw_delivery: 0,
        created_ms: call.nowMs,
        unsubscribe_token: deps.environment.ids.bytes(unsubscribeTokenBytes).toString("hex"),
        base_url: baseUrlOf(call),
        sealed: 1,
        ...values,
      };
      const messageId = deps.environment.ids.uuid();
      return call.commit(async (tx) => {
        const topic = await requireTopic(tx, call, input.TopicArn);
        const existing = await tx
          .selectFrom("sns_subscriptions")
          .selectAll()
          .where("topic_arn", "=", topic.arn)
          .execute();
        const same = existing.find(
          (row) => row.protocol === protocol && openSubscription(deps.vault, row).endpoint === endpoint,
        );
        if (same?.confirmed === 1) return { SubscriptionArn: same.arn };
        if (same === undefined && existing.length >= subscriptionsPerTopicMax)
          throw limitExceeded(
            "SubscriptionLimitExceeded",
            `A topic can have ${subscriptionsPerTopicMax} subscriptions`,
          );
        const subscription = same ?? made;
        if (same === undefined)
          await tx.insertInto("sns_subscriptions").values(sealSubscription(deps.vault, made)).execute();
        await enqueue(tx, {
          message: {
            message_id: messageId,
            topic_arn: topic.arn,
            type: "SubscriptionConfirmation",
            subject: null,
            message:
              `You have chosen to subscribe to the topic ${topic.arn}.\n` +
              "To confirm the subscription, visit the SubscribeURL included in this message.",
            attributes: null,
            base_url: baseUrlOf(call),
            published_ms: call.nowMs,
          },
          subscriptionArns: [subscription.arn],
        });
        return { SubscriptionArn: shownArn(subscription) };
      });
    },
    recordedRequest: (input) => ({
      topicArn: input?.TopicArn,
      protocol: input?.Protocol,
      endpoint: endpointShown(input?.Endpoint),
      attributes: input?.Attributes,
      returnSubscriptionArn: input?.ReturnSubscriptionArn,
    }),
    resources: (input) => topicResources(input?.TopicArn),
  });

/** The token is the proof: whoever received it may confirm, also without credentials, by opening the SubscribeURL. */
export const confirmSubscription = (deps: SnsDeps) =>
  operation<ConfirmSubscriptionCommandInput, ConfirmSubscriptionResponse>({
    name: "ConfirmSubscription",
    readOnly: false,
    event: management,
    anonymousAllowed: true,
    async access(input) {
      const topic = await topicOfToken(deps, input);
      return [
        {
          action: "sns:ConfirmSubscription",
          resource: topic.arn,
          resourceAccountId: topic.account_id,
          resourcePolicy: { document: bearersPolicy, required: false },
        },
      ];
    },
    async execute(input, call) {
      if (input.AuthenticateOnUnsubscribe !== undefined && !/^(true|false)$/i.test(input.AuthenticateOnUnsubscribe))
        throw invalidParameter("AuthenticateOnUnsubscribe");
      const topic = await topicOfToken(deps, input);
      return call.commit(async (tx) => {
        const rows = await tx.selectFrom("sns_subscriptions").selectAll().where("topic_arn", "=", topic.arn).execute();
        const row = holderOf(deps, rows, input.Token!);
        await tx.updateTable("sns_subscriptions").set({ confirmed: 1 }).where("arn", "=", row.arn).execute();
        return { SubscriptionArn: row.arn };
      });
    },
    recordedRequest: (input) => ({ topicArn: input?.TopicArn, token: hidden }),
    resources: (input) => topicResources(input?.TopicArn),
  });

const bearersPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sns:ConfirmSubscription", Resource: "*" }],
});

/** Callers without credentials have no region: the ARN tells it. @throws ServiceError InvalidParameter or NotFound */
async function topicOfToken(deps: SnsDeps, input: ConfirmSubscriptionCommandInput): Promise<TopicRow> {
  const region = input.TopicArn?.split(":")[3] ?? "";
  const topic = await requireTopic(deps.settings.read, { region }, input.TopicArn);
  const rows = await deps.settings.read
    .selectFrom("sns_subscriptions")
    .selectAll()
    .where("topic_arn", "=", topic.arn)
    .execute();
  holderOf(deps, rows, input.Token!);
  return topic;
}

function holderOf({ vault }: SnsDeps, rows: readonly SubscriptionRow[], token: string): SubscriptionRow {
  const row = rows.find((each) => sameText(openSubscription(vault, each).token, token));
  if (row === undefined) throw invalidParameter("Token");
  return row;
}
