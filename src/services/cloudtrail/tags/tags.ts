import type {
  AddTagsCommandInput,
  ListTagsCommandInput,
  ListTagsResponse,
  RemoveTagsCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { TrailRow } from "../../../audit/trails.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { findTrail, requireTrailAtHome, trailAccess } from "../trails/find-trail.js";
import { trailResources } from "../trails/trail-resources.js";
import { checkTags, putTags, requestTagConditions } from "./tag-rules.js";

const listResourcesMax = 20;

/** Tagged resources are named by ARN. @throws CloudTrailARNInvalid, ResourceTypeNotSupported, ResourceNotFound */
async function requireResource(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
  call: Call,
): Promise<TrailRow> {
  const [, kind] = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:([a-z]+)\/.+$/.exec(arn) ?? [];
  if (kind === undefined) throw cloudTrailError("CloudTrailARNInvalid", `The ARN is not valid: ${arn.slice(0, 256)}`);
  if (kind !== "trail")
    throw cloudTrailError("ResourceTypeNotSupported", `Resources of type ${kind} cannot be tagged here.`);
  const trail = await findTrail(queries, arn, call);
  if (trail === undefined) throw cloudTrailError("ResourceNotFound", `Resource not found: ${arn}`);
  return trail;
}

export const addTags = (deps: CloudTrailDeps) =>
  operation<AddTagsCommandInput, Record<string, never>>({
    name: "AddTags",
    readOnly: false,
    event: management,

    async access(input, call) {
      const [access] = await trailAccess(deps, "AddTags", input.ResourceId as string, call);
      const conditions = { ...access?.conditions, ...requestTagConditions(input.TagsList) };
      return access ? [{ ...access, conditions }] : [];
    },

    async execute(input, call) {
      const tags = input.TagsList ?? [];
      checkTags(tags);
      await requireResource(deps.settings.read, input.ResourceId as string, call);
      return call.commit(async (tx) => {
        const trail = await requireTrailAtHome(tx, input.ResourceId as string, call);
        await putTags(tx, trail.arn, tags);
        return {};
      });
    },

    resources: (input, call) => trailResources(input.ResourceId, call),
  });

/** Removes by key: a value that is given along does not matter. */
export const removeTags = (deps: CloudTrailDeps) =>
  operation<RemoveTagsCommandInput, Record<string, never>>({
    name: "RemoveTags",
    readOnly: false,
    event: management,
    access: (input, call) => trailAccess(deps, "RemoveTags", input.ResourceId as string, call),

    async execute(input, call) {
      const tags = input.TagsList ?? [];
      new Constraints().length("tagsList", tags, { max: 200 }).check();
      await requireResource(deps.settings.read, input.ResourceId as string, call);
      return call.commit(async (tx) => {
        const trail = await requireTrailAtHome(tx, input.ResourceId as string, call);
        for (const tag of tags)
          await tx
            .deleteFrom("trail_tags")
            .where("arn", "=", trail.arn)
            .where("tag_key", "=", tag.Key as string)
            .execute();
        return {};
      });
    },

    resources: (input, call) => trailResources(input.ResourceId, call),
  });

export const listTags = (deps: CloudTrailDeps) =>
  operation<ListTagsCommandInput, ListTagsResponse>({
    name: "ListTags",
    readOnly: true,
    event: management,

    async access(input, call) {
      const asked = (input.ResourceIdList ?? []).slice(0, listResourcesMax);
      const lists = await Promise.all(asked.map((arn) => trailAccess(deps, "ListTags", arn, call)));
      return lists.flat();
    },

    async execute(input, call) {
      const arns = input.ResourceIdList ?? [];
      new Constraints().length("resourceIdList", arns, { min: 1, max: listResourcesMax }).check();
      if (input.NextToken) throw cloudTrailError("InvalidToken", "The token is not valid.");
      const ResourceTagList = [];
      for (const arn of arns) {
        await requireResource(deps.settings.read, arn, call);
        const tags = await deps.settings.read
          .selectFrom("trail_tags")
          .selectAll()
          .where("arn", "=", arn)
          .orderBy("tag_key")
          .execute();
        const TagsList = tags.map((tag) => ({
          Key: tag.tag_key,
          ...(tag.tag_value !== null && { Value: tag.tag_value }),
        }));
        ResourceTagList.push({ ResourceId: arn, TagsList });
      }
      return { ResourceTagList };
    },

    resources: (input, call) =>
      (input.ResourceIdList ?? []).slice(0, listResourcesMax).flatMap((arn) => trailResources(arn, call)),
  });
