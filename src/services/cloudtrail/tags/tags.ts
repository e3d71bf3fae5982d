import type {
  AddTagsCommandInput,
  ListTagsCommandInput,
  ListTagsResponse,
  RemoveTagsCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type AnyOperation, type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { resourceAccess } from "../resource-access.js";
import { type FoundResource, kindOf, namedResource } from "../resource-kinds.js";
import { checkTagShapes, checkTags, putTags, readTags, requestTagConditions } from "./tag-rules.js";

const listResourcesMax = 20;

/** Trails, event data stores, channels and dashboards have tags; each is named by its ARN. */
export const tagOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  addTags(deps),
  removeTags(deps),
  listTags(deps),
];

/**
 * @throws CloudTrailARNInvalid, ResourceTypeNotSupported, ResourceNotFound, EventDataStoreNotFound,
 *   InactiveEventDataStore
 */
async function requireResource(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
  call: Call,
): Promise<FoundResource> {
  const kind = kindOf(arn);
  const found = await kind.find(queries, arn, call);
  if (found === undefined) throw kind.notFound(arn);
  if (found.inactive) throw cloudTrailError("InactiveEventDataStore", `The event data store is inactive: ${arn}`);
  return found;
}

/** For changes, which are made at home. @throws InvalidHomeRegion too */
async function requireResourceAtHome(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
  call: Call,
): Promise<FoundResource> {
  const found = await requireResource(queries, arn, call);
  if (found.homeRegion !== call.region)
    throw cloudTrailError(
      "InvalidHomeRegion",
      `${arn} can only be changed in its home region, ${found.homeRegion}; this call was made in ${call.region}.`,
    );
  return found;
}

const addTags = (deps: CloudTrailDeps) =>
  operation<AddTagsCommandInput, Record<string, never>>({
    name: "AddTags",
    readOnly: false,
    event: management,

    async access(input) {
      const [access] = await resourceAccess(deps.settings.read, "AddTags", input.ResourceId as string);
      return [{ ...access, conditions: { ...access.conditions, ...requestTagConditions(input.TagsList) } }];
    },

    async execute(input, call) {
      const tags = input.TagsList ?? [];
      checkTags(tags);
      await requireResourceAtHome(deps.settings.read, input.ResourceId as string, call);
      return call.commit(async (tx) => {
        const { arn } = await requireResourceAtHome(tx, input.ResourceId as string, call);
        await putTags(tx, arn, tags);
        return {};
      });
    },

    resources: (input) => namedResource(input.ResourceId),
  });

/** Removes by key: a value that is given along does not matter. */
const removeTags = (deps: CloudTrailDeps) =>
  operation<RemoveTagsCommandInput, Record<string, never>>({
    name: "RemoveTags",
    readOnly: false,
    event: management,

    async access(input) {
      const [access] = await resourceAccess(deps.settings.read, "RemoveTags", input.ResourceId as string);
      const keys = (input.TagsList ?? []).map((tag) => tag.Key ?? "");
      return [{ ...access, conditions: { ...access.conditions, ...(keys.length > 0 && { "aws:TagKeys": keys }) } }];
    },

    async execute(input, call) {
      const tags = input.TagsList ?? [];
      checkTagShapes(tags);
      await requireResourceAtHome(deps.settings.read, input.ResourceId as string, call);
      return call.commit(async (tx) => {
        const { arn } = await requireResourceAtHome(tx, input.ResourceId as string, call);
        const keys = tags.map((tag) => tag.Key as string);
        if (keys.length > 0)
          await tx.deleteFrom("trail_tags").where("arn", "=", arn).where("tag_key", "in", keys).execute();
        return {};
      });
    },

    resources: (input) => namedResource(input.ResourceId),
  });

const listTags = (deps: CloudTrailDeps) =>
  operation<ListTagsCommandInput, ListTagsResponse>({
    name: "ListTags",
    readOnly: true,
    event: management,

    async access(input) {
      const asked = (input.ResourceIdList ?? []).slice(0, listResourcesMax);
      const lists = await Promise.all(asked.map((arn) => resourceAccess(deps.settings.read, "ListTags", arn)));
      return lists.flat();
    },

    async execute(input, call) {
      const arns = input.ResourceIdList ?? [];
      new Constraints().length("resourceIdList", arns, { min: 1, max: listResourcesMax }).check();
      if (input.NextToken) throw cloudTrailError("InvalidToken", "The token is not valid.");
      const ResourceTagList = [];
      for (const ResourceId of arns) {
        const { arn } = await requireResource(deps.settings.read, ResourceId, call);
        ResourceTagList.push({ ResourceId, TagsList: await readTags(deps.settings.read, arn) });
      }
      return { ResourceTagList };
    },

    resources: (input) => (input.ResourceIdList ?? []).slice(0, listResourcesMax).flatMap((arn) => namedResource(arn)),
  });
