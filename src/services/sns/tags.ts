import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceResponse,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from "@aws-sdk/client-sns";
import { management } from "../../audit/event.js";
import { type Call, operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter, resourceNotFound } from "./errors.js";
import { checkTopicArn, findTopic, topicAccess, topicResources } from "./topics.js";

type Nothing = Record<string, never>;
type Tags = Record<string, string>;

/** AWS's quota. */
const tagsPerTopicMax = 50;

/** @throws ServiceError InvalidParameter or TagLimitExceeded */
export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  const entries = (tags ?? []).map(({ Key, Value }): [string, string] => {
    if (!Key || Key.length > 128 || Key.startsWith("aws:")) throw invalidParameter("Tag Key");
    if ((Value ?? "").length > 256) throw invalidParameter("Tag Value");
    return [Key, Value ?? ""];
  });
  const found = Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  if (Object.keys(found).length !== entries.length) throw invalidParameter("Duplicated keys are not allowed.");
  return requireFew(found);
}

function requireFew(tags: Tags): Tags {
  if (Object.keys(tags).length > tagsPerTopicMax)
    throw new ServiceError("TagLimitExceeded", `A topic can have ${tagsPerTopicMax} tags.`);
  return tags;
}

async function changeTags(call: Call, arn: string, change: (tags: Tags) => Tags): Promise<Nothing> {
  await call.commit(async (tx) => {
    const topic = await findTopic(tx, arn);
    if (topic === undefined) throw resourceNotFound();
    const tags = JSON.stringify(requireFew(change(JSON.parse(topic.tags) as Tags)));
    await tx.updateTable("sns_topics").set({ tags }).where("arn", "=", arn).execute();
  });
  return {};
}

export const tagResource = (deps: SnsDeps) =>
  operation<TagResourceCommandInput, Nothing>({
    name: "TagResource",
    readOnly: false,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "TagResource", call, input.ResourceArn),
    async execute(input, call) {
      const added = tagsOf(input.Tags);
      return changeTags(call, checkTopicArn(input.ResourceArn, call), (tags) => ({ ...tags, ...added }));
    },
    resources: (input) => topicResources(input?.ResourceArn),
  });

export const untagResource = (deps: SnsDeps) =>
  operation<UntagResourceCommandInput, Nothing>({
    name: "UntagResource",
    readOnly: false,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "UntagResource", call, input.ResourceArn),
    execute: (input, call) =>
      changeTags(call, checkTopicArn(input.ResourceArn, call), (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key))),
      ),
    resources: (input) => topicResources(input?.ResourceArn),
  });

export const listTagsForResource = (deps: SnsDeps) =>
  operation<ListTagsForResourceCommandInput, ListTagsForResourceResponse>({
    name: "ListTagsForResource",
    readOnly: true,
    event: management,
    access: (input, call) => topicAccess(deps.settings.read, "ListTagsForResource", call, input.ResourceArn),
    async execute(input, call) {
      const topic = await findTopic(deps.settings.read, checkTopicArn(input.ResourceArn, call));
      if (topic === undefined) throw resourceNotFound();
      const tags = JSON.parse(topic.tags) as Tags;
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
    resources: (input) => topicResources(input?.ResourceArn),
  });
