import type * as Iam from "@aws-sdk/client-iam";
import { type EventResource, management } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { type Call, operation } from "../operation.js";
import {
  change,
  type EntityInput,
  entityAccess,
  entityResources,
  nameOf,
  requestTagConditions,
  requireEntity,
  tagsOf,
} from "./entities.js";
import { checkTagKeys, IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { limitExceeded } from "./iam-errors.js";
import { ProfileConstraints, profileAccess, profileResources, requireProfile } from "./instance-profiles.js";
import { pageOf, pageStart } from "./listing.js";
import { findPolicy, policyAccess, policyResources, requireOwnPolicy } from "./managed-policies.js";
import { providerAccess, providerResources, requireProvider } from "./openid-providers.js";
import { deviceAccess, deviceResources, requireDevice } from "./people/mfa-devices.js";

const tagsPerEntityMax = 50;

type TagTarget = EntityInput & {
  readonly PolicyArn?: string | undefined;
  readonly SerialNumber?: string | undefined;
  readonly OpenIDConnectProviderArn?: string | undefined;
  readonly InstanceProfileName?: string | undefined;
};
type Tags = readonly { Key?: string | undefined; Value?: string | undefined }[];

/** How what a kind of tagged thing is found, and by which id its tags. */
interface Tagged {
  access(deps: IamDeps, call: Call, input: TagTarget, action: string): Promise<readonly AccessRequest[]>;
  constraints(input: TagTarget): IamConstraints;
  /** @throws ServiceError NoSuchEntity */
  id(queries: SettingsQueries, call: Call, input: TagTarget): Promise<string>;
  resources(input: TagTarget, call: Call): readonly EventResource[];
}

const ofEntity = (kind: "user" | "role"): Tagged => ({
  access: (deps, call, input, action) => entityAccess(deps, call, kind, nameOf(kind, input), action),
  constraints: (input) => new IamConstraints().entityName(kind, input),
  id: async (queries, call, input) =>
    (await requireEntity(queries, call.accountId, kind, nameOf(kind, input))).entity_id,
  resources: (input, call) => entityResources(kind, nameOf(kind, input), call),
});

const tagged = {
  User: ofEntity("user"),
  Role: ofEntity("role"),
  Policy: {
    access: (deps, call, input, action) => policyAccess(deps, call, input.PolicyArn ?? "", action),
    constraints: (input) => new IamConstraints().policyArn(input.PolicyArn),
    id: async (queries, call, input) => (await requireOwnPolicy(queries, call.accountId, input.PolicyArn!)).policy_id,
    resources: (input) => policyResources(input.PolicyArn),
  },
  MFADevice: {
    access: (deps, call, input, action) => deviceAccess(deps, call, input.SerialNumber ?? "", action),
    constraints: (input) => new IamConstraints().serialNumber(input.SerialNumber),
    id: async (queries, call, input) => (await requireDevice(queries, call.accountId, input.SerialNumber!)).serial,
    resources: (input) => deviceResources(input.SerialNumber),
  },
  OpenIDConnectProvider: {
    access: (deps, call, input, action) => providerAccess(deps, call, input.OpenIDConnectProviderArn ?? "", action),
    constraints: (input) => new IamConstraints().policyArn(input.OpenIDConnectProviderArn, "openIDConnectProviderArn"),
    id: async (queries, call, input) =>
      (await requireProvider(queries, call, input.OpenIDConnectProviderArn!)).provider_arn,
    resources: (input) => providerResources(input.OpenIDConnectProviderArn),
  },
  InstanceProfile: {
    access: (deps, call, input, action) => profileAccess(deps, call, input.InstanceProfileName ?? "", action),
    constraints: (input) => new ProfileConstraints().profileName(input.InstanceProfileName),
    id: async (queries, call, input) => (await requireProfile(queries, call, input.InstanceProfileName!)).profile_id,
    resources: (input, call) => profileResources(input.InstanceProfileName, call),
  },
} satisfies Record<string, Tagged>;

type TaggedKind = keyof typeof tagged;

/** Tags are not told apart by the case of their keys; a tag given again takes the new value and spelling. */
export async function writeTags(tx: SettingsTransaction, entityId: string, tags: Tags): Promise<void> {
  for (const tag of tags) {
    const row = { tag_key: tag.Key!, tag_key_lower: tag.Key!.toLowerCase(), tag_value: tag.Value ?? "" };
    await tx
      .insertInto("iam_tags")
      .values({ entity_id: entityId, ...row })
      .onConflict((conflict) => conflict.columns(["entity_id", "tag_key_lower"]).doUpdateSet(row))
      .execute();
  }
}

async function targetAccess(
  deps: IamDeps,
  kind: TaggedKind,
  input: TagTarget,
  call: Call,
  action: string,
  conditions: NonNullable<AccessRequest["conditions"]> = {},
): Promise<readonly AccessRequest[]> {
  const list: readonly AccessRequest[] = await tagged[kind].access(deps, call, input, action);
  return list.map((access) => ({ ...access, conditions: { ...conditions, ...access.conditions } }));
}

/** TagUser, TagRole, TagPolicy, and so on. */
export const tag = (deps: IamDeps, kind: TaggedKind) =>
  operation<TagTarget & { readonly Tags: Tags | undefined }, object>({
    name: `Tag${kind}`,
    readOnly: false,
    event: management,
    access: (input, call) => targetAccess(deps, kind, input, call, `Tag${kind}`, requestTagConditions(input.Tags)),
    execute: (input, call) => {
      tagged[kind].constraints(input).tags(input.Tags).end();
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map(({ Key }) => Key!));
      return change(call, async (tx) => {
        const id = await tagged[kind].id(tx, call, input);
        await writeTags(tx, id, tags);
        if ((await tagsOf(tx, id)).length > tagsPerEntityMax)
          throw limitExceeded(`The number of tags has reached the maximum limit: ${tagsPerEntityMax}.`);
        return {};
      });
    },
    resources: (input, call) => tagged[kind].resources(input, call),
  });

/** UntagUser, UntagRole, and so on. Keys that are not there are passed over. */
export const untag = (deps: IamDeps, kind: TaggedKind) =>
  operation<TagTarget & { readonly TagKeys: readonly string[] | undefined }, object>({
    name: `Untag${kind}`,
    readOnly: false,
    event: management,
    access: (input, call) =>
      targetAccess(deps, kind, input, call, `Untag${kind}`, { "aws:TagKeys": input.TagKeys ?? [] }),
    execute: (input, call) => {
      const keys = input.TagKeys ?? [];
      tagged[kind].constraints(input).length("tagKeys", keys, { max: tagsPerEntityMax }).check("ValidationError");
      return change(call, async (tx) => {
        const id = await tagged[kind].id(tx, call, input);
        for (const key of keys)
          await tx
            .deleteFrom("iam_tags")
            .where("entity_id", "=", id)
            .where("tag_key_lower", "=", key.toLowerCase())
            .execute();
        return {};
      });
    },
    resources: (input, call) => tagged[kind].resources(input, call),
  });

/** ListUserTags, ListRoleTags, and so on. */
export const listTags = (deps: IamDeps, kind: TaggedKind) =>
  operation<TagTarget & Pick<Iam.ListUserTagsRequest, "Marker" | "MaxItems">, Iam.ListUserTagsResponse>({
    name: `List${kind}Tags`,
    readOnly: true,
    event: management,
    access: (input, call) => targetAccess(deps, kind, input, call, `List${kind}Tags`),
    execute: async (input, call) => {
      tagged[kind].constraints(input).listing(input).end();
      const { read } = deps.settings;
      const aws = kind === "Policy" && (await findPolicy(read, call.accountId, input.PolicyArn!))?.account_id === "aws";
      const id = aws ? "" : await tagged[kind].id(read, call, input);
      const { after, fetch } = pageStart(input);
      const rows = (await tagsOf(read, id)).filter(({ Key }) => Key.toLowerCase() > after);
      const { items, page } = pageOf(rows.slice(0, fetch), input, ({ Key }) => Key.toLowerCase());
      return { Tags: items, ...page };
    },
    resources: (input, call) => tagged[kind].resources(input, call),
  });
