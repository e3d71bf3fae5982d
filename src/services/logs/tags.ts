import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceResponse,
  ListTagsLogGroupCommandInput,
  TagLogGroupCommandInput,
  TagResourceCommandInput,
  UntagLogGroupCommandInput,
  UntagResourceCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import type { Scope } from "../../storage/scope.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import type { LogsDeps } from "./deps.js";
import { check, groupNotFound, invalidParameter } from "./errors.js";
import { requireGroup } from "./log-groups.js";
import { accessTo, checkGroupName, groupArn, groupResources, nameInArn } from "./names.js";
import { checkTags } from "./tag-rules.js";

type Nothing = Record<string, never>;
type Tags = Record<string, string>;

/** Tags are of the ARN without `:*`, in policies too. */
function tagAccess(action: string, arn: string): AccessRequest {
  return { action: `logs:${action}`, resource: arn };
}

function nameOf(arn: string | undefined, scope: Scope): string {
  if (!arn?.startsWith("arn:")) throw invalidParameter("The specified resourceArn is not an ARN.");
  const name = nameInArn(arn, scope);
  if (name === undefined) throw groupNotFound();
  return name;
}

const resourcesOfArn = (input: { resourceArn?: string } | undefined, call: Call) =>
  typeof input?.resourceArn === "string" ? groupResources(call, nameInArn(input.resourceArn, call)) : [];

async function changeTags(call: Call, groupName: string, change: (tags: Tags) => Tags): Promise<Nothing> {
  await call.commit(async (tx) => {
    const group = await requireGroup(tx, call, groupName);
    const tags = change(JSON.parse(group.tags) as Tags);
    checkTags(tags);
    await tx
      .updateTable("log_groups")
      .set({ tags: JSON.stringify(tags) })
      .where("group_id", "=", group.group_id)
      .execute();
  });
  return {};
}

const adding = (added: Tags | undefined) => (tags: Tags) => ({ ...tags, ...added });
const removing = (keys: readonly string[] | undefined) => (tags: Tags) =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys?.includes(key)));

async function readTags(deps: LogsDeps, call: Call, groupName: string): Promise<Tags> {
  return JSON.parse((await requireGroup(deps.settings.read, call, groupName)).tags) as Tags;
}

export const tagResource = (_deps: LogsDeps) =>
  operation<TagResourceCommandInput, Nothing>({
    name: "TagResource",
    readOnly: false,
    event: management,
    access: (input, call) => [tagAccess("TagResource", groupArn(call, nameOf(input.resourceArn, call)))],
    execute: (input, call) => changeTags(call, nameOf(input.resourceArn, call), adding(input.tags)),
    resources: resourcesOfArn,
  });

export const untagResource = (_deps: LogsDeps) =>
  operation<UntagResourceCommandInput, Nothing>({
    name: "UntagResource",
    readOnly: false,
    event: management,
    access: (input, call) => [tagAccess("UntagResource", groupArn(call, nameOf(input.resourceArn, call)))],
    execute: (input, call) => changeTags(call, nameOf(input.resourceArn, call), removing(input.tagKeys)),
    resources: resourcesOfArn,
  });

export const listTagsForResource = (deps: LogsDeps) =>
  operation<ListTagsForResourceCommandInput, ListTagsForResourceResponse>({
    name: "ListTagsForResource",
    readOnly: true,
    event: management,
    access: (input, call) => [tagAccess("ListTagsForResource", groupArn(call, nameOf(input.resourceArn, call)))],
    execute: async (input, call) => ({ tags: await readTags(deps, call, nameOf(input.resourceArn, call)) }),
    resources: resourcesOfArn,
  });

/** The older forms, by name. */
export const tagLogGroup = (_deps: LogsDeps) =>
  operation<TagLogGroupCommandInput, Nothing>({
    name: "TagLogGroup",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("TagLogGroup", call, input.logGroupName!)],
    async execute(input, call) {
      check(checkGroupName(new Constraints(), input.logGroupName));
      return changeTags(call, input.logGroupName!, adding(input.tags));
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

export const untagLogGroup = (_deps: LogsDeps) =>
  operation<UntagLogGroupCommandInput, Nothing>({
    name: "UntagLogGroup",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("UntagLogGroup", call, input.logGroupName!)],
    async execute(input, call) {
      check(checkGroupName(new Constraints(), input.logGroupName));
      return changeTags(call, input.logGroupName!, removing(input.tags));
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

export const listTagsLogGroup = (deps: LogsDeps) =>
  operation<ListTagsLogGroupCommandInput, { tags: Tags }>({
    name: "ListTagsLogGroup",
    readOnly: true,
    event: management,
    access: (input, call) => [accessTo("ListTagsLogGroup", call, input.logGroupName!)],
    execute: async (input, call) => ({ tags: await readTags(deps, call, input.logGroupName!) }),
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });
