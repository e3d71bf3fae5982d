import type {
  GetTopicAttributesCommandInput,
  GetTopicAttributesResponse,
  SetTopicAttributesCommandInput,
} from "@aws-sdk/client-sns";
import { management } from "../../audit/event.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import { operation } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter, topicNotFound } from "./errors.js";
import { checkTopicArn, requireTopic, topicAccess, topicResources } from "./topics.js";

/** AWS's limits. */
const displayNameLengthMax = 100;
const policyBytesMax = 30_720;

/** Deliveries are not logged to CloudWatch Logs: of those that succeed, no other share than none can be asked for. */
const deliveryLogs = /^(Application|Firehose|HTTP|Lambda|SQS)SuccessFeedbackSampleRate$/;

/** The columns that attributes set. @throws ServiceError InvalidParameter */
export function topicValues(attributes: Readonly<Record<string, string>>): {
  policy?: string;
  display_name?: string;
  signature_version?: number;
} {
  const values: ReturnType<typeof topicValues> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "Policy") values.policy = checkPolicy(value);
    else if (name === "DisplayName") {
      if (value.length > displayNameLengthMax || /[\r\n]/.test(value)) throw invalidParameter("DisplayName");
      values.display_name = value;
    } else if (name === "SignatureVersion") {
      if (value !== "1" && value !== "2") throw invalidParameter("SignatureVersion");
      values.signature_version = Number(value);
    } else if (!deliveryLogs.test(name) || value !== "0")
      throw invalidParameter(`AttributeName Reason: ${name.slice(0, 100)} is not offered here`);
  }
  return values;
}

function checkPolicy(text: string): string {
  if (Buffer.byteLength(text) > policyBytesMax) throw invalidParameter("Policy too long");
  try {
    compilePolicyText(text, "resource");
    return text;
  } catch (problem) {
    if (problem instanceof MalformedPolicy) throw invalidParameter(`Policy Error: ${problem.message}`);
    throw problem;
  }
}

export const setTopicAttributes = (deps: SnsDeps) =>
  operation<SetTopicAttributesCommandInput, Record<string, never>>({
    name: "SetTopicAttributes",
    readOnly: false,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "SetTopicAttributes", call, input.TopicArn),
    async execute(input, call) {
      const arn = checkTopicArn(input.TopicArn, call);
      const values = topicValues({ [input.AttributeName!]: input.AttributeValue ?? "" });
      await call.commit(async (tx) => {
        // With the ARN, which stays: some attributes set no column, and the topic must be there all the same.
        const updated = await tx
          .updateTable("sns_topics")
          .set({ ...values, arn })
          .where("arn", "=", arn)
          .executeTakeFirst();
        if (updated.numUpdatedRows === 0n) throw topicNotFound();
      });
      return {};
    },
    resources: (input) => topicResources(input?.TopicArn),
  });

export const getTopicAttributes = (deps: SnsDeps) =>
  operation<GetTopicAttributesCommandInput, GetTopicAttributesResponse>({
    name: "GetTopicAttributes",
    readOnly: true,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "GetTopicAttributes", call, input.TopicArn),
    async execute(input, call) {
      const topic = await requireTopic(deps.settings.read, call, input.TopicArn);
      const subscriptions = await deps.settings.read
        .selectFrom("sns_subscriptions")
        .select("confirmed")
        .where("topic_arn", "=", topic.arn)
        .execute();
      const confirmed = subscriptions.filter((row) => row.confirmed === 1).length;
      return {
        Attributes: {
          TopicArn: topic.arn,
          Owner: topic.account_id,
          Policy: topic.policy,
          DisplayName: topic.display_name,
          SignatureVersion: String(topic.signature_version),
          SubscriptionsConfirmed: String(confirmed),
          SubscriptionsPending: String(subscriptions.length - confirmed),
          SubscriptionsDeleted: "0",
        },
      };
    },
    resources: (input) => topicResources(input?.TopicArn),
  });
