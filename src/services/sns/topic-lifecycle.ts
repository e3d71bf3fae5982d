import type {
  CreateTopicCommandInput,
  CreateTopicResponse,
  DeleteTopicCommandInput,
  ListTopicsCommandInput,
  ListTopicsResponse,
} from "@aws-sdk/client-sns";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter, limitExceeded } from "./errors.js";
import { tagsOf } from "./tags.js";
import { topicValues } from "./topic-attributes.js";
import {
  checkTopicArn,
  defaultPolicy,
  findTopic,
  pageByArn,
  topicAccess,
  topicArn,
  topicNamePattern,
  topicResources,
  topicsMax,
} from "./topics.js";

/** Making a topic that exists gives its ARN; with other attributes or tags it is refused, as AWS does. */
export const createTopic = (deps: SnsDeps) =>
  operation<CreateTopicCommandInput, CreateTopicResponse>({
    name: "CreateTopic",
    readOnly: false,
    event: management,
    access(input, call) {
      const resource = topicArn(call, input.Name!);
      const create = { action: "sns:CreateTopic", resource };
      return (input.Tags?.length ?? 0) > 0 ? [create, { action: "sns:TagResource", resource }] : [create];
    },
    async execute(input, call) {
      const name = input.Name!;
      if (name.endsWith(".fifo") || input.Attributes?.["FifoTopic"] === "true")
        throw invalidParameter("FIFO topics are not offered here");
      if (!topicNamePattern.test(name)) throw invalidParameter("Topic Name");
      if (input.DataProtectionPolicy !== undefined) throw invalidParameter("DataProtectionPolicy is not offered here");
      const { FifoTopic: _never, ...attributes } = input.Attributes ?? {};
      const values = topicValues(attributes);
      const tags = JSON.stringify(tagsOf(input.Tags));
      const arn = topicArn(call, name);
      const { count } = await deps.settings.read
        .selectFrom("sns_topics")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirstOrThrow();
      return call.commit(async (tx) => {
        const existing = await findTopic(tx, arn);
        if (existing !== undefined) {
          const differs = Object.entries(values).some(([column, value]) => existing[column as "policy"] !== value);
          if (differs) throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
          if (input.Tags !== undefined && existing.tags !== tags)
            throw invalidParameter("Tags Reason: Topic already exists with different tags");
          return { TopicArn: arn };
        }
        if (Number(count) >= topicsMax) throw limitExceeded("TopicLimitExceeded", `${topicsMax} topics exist already`);
        await tx
          .insertInto("sns_topics")
          .values({
            arn,
            account_id: call.accountId,
            region: call.region,
            name,
            display_name: "",
            policy: defaultPolicy(arn, call.accountId),
            tags,
            created_ms: call.nowMs,
            signature_version: 1,
            ...values,
          })
          .execute();
        return { TopicArn: arn };
      });
    },
    resources: (input, call) => (typeof input?.Name === "string" ? topicResources(topicArn(call, input.Name)) : []),
  });

/** Deliveries that wait are given up with the topic, as AWS does. Deleting one that is gone succeeds. */
export const deleteTopic = (deps: SnsDeps) =>
  operation<DeleteTopicCommandInput, Record<string, never>>({
    name: "DeleteTopic",
    readOnly: false,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "DeleteTopic", call, input.TopicArn),
    async execute(input, call) {
      const arn = checkTopicArn(input.TopicArn, call);
      await call.commit(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("sns_deliveries")
          .where("topic_arn", "=", arn)
          .executeTakeFirst();
        await tx.deleteFrom("sns_messages").where("topic_arn", "=", arn).execute();
        await tx.deleteFrom("sns_subscriptions").where("topic_arn", "=", arn).execute();
        await tx.deleteFrom("sns_topics").where("arn", "=", arn).execute();
        if (numDeletedRows > 0n) call.note({ abandonedDeliveries: Number(numDeletedRows) });
      });
      return {};
    },
    resources: (input) => topicResources(input?.TopicArn),
  });

export const listTopics = (deps: SnsDeps) =>
  operation<ListTopicsCommandInput, ListTopicsResponse>({
    name: "ListTopics",
    readOnly: true,
    event: management,
    access: () => [{ action: "sns:ListTopics", resource: "*" }],
    async execute(input, call) {
      const rows = await deps.settings.read
        .selectFrom("sns_topics")
        .select("arn")
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .execute();
      const { page, NextToken } = pageByArn(rows, input.NextToken, "topics");
      return { Topics: page.map((row) => ({ TopicArn: row.arn })), NextToken };
    },
  });
