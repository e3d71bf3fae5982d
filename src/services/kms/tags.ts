import type {
  ListResourceTagsCommandInput,
  ListResourceTagsResponse,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { limitExceeded, tagError } from "./errors.js";
import { accessTo, findKey, requireNotPending, resourcesOf } from "./keys.js";
import { pageOf } from "./pages.js";

type Nothing = Record<string, never>;
type Tags = Record<string, string>;

/** AWS's quota. */
const tagsPerKeyMax = 50;

/** @throws ServiceError ValidationException or TagException */
export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  const constraints = new Constraints();
  for (const [index, tag] of (tags ?? []).entries()) {
    constraints.length(`tags.${index + 1}.member.tagKey`, tag.TagKey, { min: 1, max: 128 });
    constraints.length(`tags.${index + 1}.member.tagValue`, tag.TagValue, { max: 256 });
  }
  constraints.check();
  const entries = (tags ?? []).map((tag): [string, string] => [tag.TagKey!, tag.TagValue!]);
  if (new Set(entries.map(([key]) => key)).size !== entries.length) throw tagError("Duplicate tag keys found.");
  requireOwnNames(entries.map(([key]) => key));
  if (entries.length > tagsPerKeyMax) throw limitExceeded(`A key can have ${tagsPerKeyMax} tags.`);
  return Object.fromEntries(entries);
}

/** @throws ServiceError TagException */
function requireOwnNames(names: readonly string[]): void {
  if (names.some((name) => name.startsWith("aws:"))) throw tagError("aws: prefixed tag key names are not allowed.");
}

async function changeTags(call: Call, reference: string, change: (tags: Tags) => Tags): Promise<Nothing> {
  await call.commit(async (tx) => {
    const key = await findKey(tx, call, reference, "no-alias");
    requireNotPending(key);
    const tags = change(JSON.parse(key.tags) as Tags);
    if (Object.keys(tags).length > tagsPerKeyMax) throw limitExceeded(`A key can have ${tagsPerKeyMax} tags.`);
    await tx
      .updateTable("kms_keys")
      .set({ tags: JSON.stringify(tags) })
      .where("key_id", "=", key.key_id)
      .execute();
  });
  return {};
}

const access = (deps: KmsDeps, name: string) => async (input: { KeyId: string | undefined }, call: Call) => [
  accessTo(name, await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call),
];

export const tagResource = (deps: KmsDeps) =>
  operation<TagResourceCommandInput, Nothing>({
    name: "TagResource",
    readOnly: false,
    event: management,
    access: access(deps, "TagResource"),
    async execute(input, call) {
      const added = tagsOf(input.Tags);
      return changeTags(call, input.KeyId!, (tags) => ({ ...tags, ...added }));
    },
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const untagResource = (deps: KmsDeps) =>
  operation<UntagResourceCommandInput, Nothing>({
    name: "UntagResource",
    readOnly: false,
    event: management,
    access: access(deps, "UntagResource"),
    async execute(input, call) {
      requireOwnNames(input.TagKeys!);
      return changeTags(call, input.KeyId!, (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys!.includes(key))),
      );
    },
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const listResourceTags = (deps: KmsDeps) =>
  operation<ListResourceTagsCommandInput, ListResourceTagsResponse>({
    name: "ListResourceTags",
    readOnly: true,
    event: management,
    access: access(deps, "ListResourceTags"),
    async execute(input, call) {
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      const entries = Object.entries(JSON.parse(key.tags) as Tags);
      const { items, ...paging } = pageOf(entries, ([name]) => name, input, { limitMax: 50 });
      return { Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...paging };
    },
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });
