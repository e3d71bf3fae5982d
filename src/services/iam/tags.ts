import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
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
import { pageOf, pageStart } from "./listing.js";
import { findPolicy, policyAccess, policyResources, requireOwnPolicy } from "./managed-policies.js";
import { deviceAccess, deviceResources, requireDevice } from "./people/mfa-devices.js";

const tagsPerEntityMax = 50;

type TaggedKind = "User" | "Role" | "Policy" | "MFADevice";
type TagTarget = EntityInput & { readonly PolicyArn?: string | undefined; readonly SerialNumber?: string | undefined };
type Tags = readonly { Key?: string | undefined; Value?: string | undefined }[];

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

function targetAccess(deps: IamDeps, kind: TaggedKind, input: TagTarget, call: Call, action: string, tags: object) {
  if (kind === "Policy" || kind === "MFADevice")
    return (
      kind === "Policy"
        ? policyAccess(deps, call, input.PolicyArn ?? "", action)
        : deviceAccess(deps, call, input.SerialNumber ?? "", action)
    ).then((list) => list.map((access) => ({ ...access, conditions: { ...access.conditions, ...tags } })));
  const entityKind = kind === "User" ? "user" : "role";
  return entityAccess(deps, call, entityKind, nameOf(entityKind, input), action, { ...tags });
}

function targetConstraints(kind: TaggedKind, input: TagTarget): IamConstraints {
  const constraints = new IamConstraints();
  if (kind === "Policy") return constraints.policyArn(input.PolicyArn);
  if (kind === "MFADevice") return constraints.serialNumber(input.SerialNumber);
  return constraints.entityName(kind === "User" ? "user" : "role", input);
}

async function targetId(queries: SettingsQueries, kind: TaggedKind, input: TagTarget, call: Call): Promise<string> {
  if (kind === "Policy") return (await requireOwnPolicy(queries, call.accountId, input.PolicyArn!)).policy_id;
  if (kind === "MFADevice") return (await requireDevice(queries, call.accountId, input.SerialNumber!)).serial;
  const entityKind = kind === "User" ? "user" : "role";
  return (await requireEntity(queries, call.accountId, entityKind, nameOf(entityKind, input))).entity_id;
}

function targetResources(kind: TaggedKind, input: TagTarget, call: Call) {
  if (kind === "Policy") return policyResources(input.PolicyArn);
  if (kind === "MFADevice") return deviceResources(input.SerialNumber);
  const entityKind = kind === "User" ? "user" : "role";
  return entityResources(entityKind, nameOf(entityKind, input), call);
}

/** TagUser, TagRole, TagPolicy, TagMFADevice. */
export const tag = (deps: IamDeps, kind: TaggedKind) =>
  operation<TagTarget & { readonly Tags: Tags | undefined }, object>({
    name: `Tag${kind}`,
    readOnly: false,
    event: management,
    access: (input, call) => targetAccess(deps, kind, input, call, `Tag${kind}`, requestTagConditions(input.Tags)),
    execute: (input, call) => {
      targetConstraints(kind, input).tags(input.Tags).end();
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map(({ Key }) => Key!));
      return change(call, async (tx) => {
        const id = await targetId(tx, kind, input, call);
        await writeTags(tx, id, tags);
        if ((await tagsOf(tx, id)).length > tagsPerEntityMax)
          throw limitExceeded(`The number of tags has reached the maximum limit: ${tagsPerEntityMax}.`);
        return {};
      });
    },
    resources: (input, call) => targetResources(kind, input, call),
  });

/** UntagUser, UntagRole, UntagPolicy, UntagMFADevice. Keys that are not there are passed over. */
export const untag = (deps: IamDeps, kind: TaggedKind) =>
  operation<TagTarget & { readonly TagKeys: readonly string[] | undefined }, object>({
    name: `Untag${kind}`,
    readOnly: false,
    event: management,
    access: (input, call) =>
      targetAccess(deps, kind, input, call, `Untag${kind}`, { "aws:TagKeys": input.TagKeys ?? [] }),
    execute: (input, call) => {
      const keys = input.TagKeys ?? [];
      targetConstraints(kind, input).length("tagKeys", keys, { max: tagsPerEntityMax }).check("ValidationError");
      return change(call, async (tx) => {
        const id = await targetId(tx, kind, input, call);
        for (const key of keys)
          await tx
            .deleteFrom("iam_tags")
            .where("entity_id", "=", id)
            .where("tag_key_lower", "=", key.toLowerCase())
            .execute();
        return {};
      });
    },
    resources: (input, call) => targetResources(kind, input, call),
  });

/** ListUserTags, ListRoleTags, ListPolicyTags, ListMFADeviceTags. */
export const listTags = (deps: IamDeps, kind: TaggedKind) =>
  operation<TagTarget & Pick<Iam.ListUserTagsRequest, "Marker" | "MaxItems">, Iam.ListUserTagsResponse>({
    name: `List${kind}Tags`,
    readOnly: true,
    event: management,
    access: (input, call) => targetAccess(deps, kind, input, call, `List${kind}Tags`, {}),
    execute: async (input, call) => {
      targetConstraints(kind, input).listing(input).end();
      const { read } = deps.settings;
      const aws = kind === "Policy" && (await findPolicy(read, call.accountId, input.PolicyArn!))?.account_id === "aws";
      const id = aws ? "" : await targetId(read, kind, input, call);
      const { after, fetch } = pageStart(input);
      const rows = (await tagsOf(read, id)).filter(({ Key }) => Key.toLowerCase() > after);
      const { items, page } = pageOf(rows.slice(0, fetch), input, ({ Key }) => Key.toLowerCase());
      return { Tags: items, ...page };
    },
    resources: (input, call) => targetResources(kind, input, call),
  });
