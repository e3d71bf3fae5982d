import type { PublishCommandInput, PublishResponse } from "@aws-sdk/client-sns";
import type { EventClass } from "../../audit/event.js";
import { hidden } from "../../audit/parameters.js";
import { operation } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter, throttled } from "./errors.js";
import { attributesOf, baseUrlOf, enqueue, messageFor } from "./messages.js";
import { protocols } from "./subscriptions.js";
import { requireTopic, topicAccess, topicResources, waitingDeliveriesPerTopicMax } from "./topics.js";

const topicData: EventClass = { category: "Data", resourceType: "AWS::SNS::Topic" };
const subjectLengthMax = 100;

/** Answered once the message, its deliveries and the record of the call are durable together. */
export const publish = (deps: SnsDeps) =>
  operation<PublishCommandInput, PublishResponse>({
    name: "Publish",
    readOnly: false,
    event: topicData,
    access: (input, call) => topicAccess(deps.settings.read, "Publish", call, targetOf(input)),
    async execute(input, call) {
      checkSubject(input.Subject);
      const attributes = attributesOf(input.MessageAttributes);
      const forms = new Map(protocols.map((protocol) => [protocol, messageFor(protocol, input)]));
      const topic = await requireTopic(deps.settings.read, call, targetOf(input));
      const subscriptions = await deps.settings.read
        .selectFrom("sns_subscriptions")
        .select(["arn", "protocol"])
        .where("topic_arn", "=", topic.arn)
        .where("confirmed", "=", 1)
        .execute();
      const MessageId = deps.environment.ids.uuid();
      if (subscriptions.length === 0) return { MessageId };
      const { count } = await deps.settings.read
        .selectFrom("sns_deliveries")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where("topic_arn", "=", topic.arn)
        .where("state", "=", "waiting")
        .executeTakeFirstOrThrow();
      if (Number(count) >= waitingDeliveriesPerTopicMax)
        throw throttled(`${waitingDeliveriesPerTopicMax} deliveries of this topic are still waiting.`);
      return call.commit(async (tx) => {
        for (const [protocol, message] of forms) {
          const subscriptionArns = subscriptions.filter((row) => row.protocol === protocol).map((row) => row.arn);
          if (subscriptionArns.length === 0) continue;
          // One message row a form: protocols may be given texts of their own.
          await enqueue(tx, {
            message: {
              message_id: protocol === "http" ? MessageId : `${MessageId}/${protocol}`,
              topic_arn: topic.arn,
              type: "Notification",
              subject: input.Subject ?? null,
              message,
              attributes,
              base_url: baseUrlOf(call),
              published_ms: call.nowMs,
            },
            subscriptionArns,
          });
        }
        return { MessageId };
      });
    },
    recordedRequest: (input) => ({
      topicArn: input?.TopicArn,
      targetArn: input?.TargetArn,
      message: hidden,
      subject: input?.Subject === undefined ? undefined : hidden,
      messageStructure: input?.MessageStructure,
      messageAttributes: input?.MessageAttributes === undefined ? undefined : hidden,
    }),
    resources: (input) => topicResources(input?.TopicArn ?? input?.TargetArn),
  });

function targetOf(input: PublishCommandInput): string | undefined {
  if (input.PhoneNumber !== undefined) throw invalidParameter("PhoneNumber Reason: text messages are not offered here");
  if (input.MessageGroupId !== undefined || input.MessageDeduplicationId !== undefined)
    throw invalidParameter("MessageGroupId Reason: FIFO topics are not offered here");
  if (input.TopicArn !== undefined && input.TargetArn !== undefined)
    throw invalidParameter("TopicArn or TargetArn Reason: only one may be given");
  return input.TopicArn ?? input.TargetArn;
}

/** AWS: ASCII that begins with a letter, digit or punctuation mark, without line breaks or control characters. */
function checkSubject(subject: string | undefined): void {
  if (subject === undefined) return;
  if (subject.length === 0 || subject.length > subjectLengthMax || !/^[\x21-\x7e][\x20-\x7e]*$/.test(subject))
    throw invalidParameter("Subject");
}
