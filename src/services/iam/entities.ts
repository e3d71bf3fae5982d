import type { Selectable } from "kysely";
import type { EventResource } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import { bumpIdentityRevision } from "../../identity/revision-watch.js";
import type { IdentityTables } from "../../storage/settings/tables/identity.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import type { IamDeps } from "./iam-deps.js";
import { iamValidationError, noSuchEntity } from "./iam-errors.js";

export type EntityKind = "user" | "group" | "role";
export type EntityRow = Selectable<IdentityTables["iam_entities"]>;

/** The member of an input that names its entity; which of them is there depends on the operation. */
export interface EntityInput {
  readonly UserName?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly RoleName?: string | undefined;
}

/** How a kind is spelled in names of operations, members and messages. */
export const kinds = {
  user: { title: "User", member: "userName", nameLengthMax: 64, eventType: "AWS::IAM::User" },
  group: { title: "Group", member: "groupName", nameLengthMax: 128, eventType: "AWS::IAM::Group" },
  role: { title: "Role", member: "roleName", nameLengthMax: 64, eventType: "AWS::IAM::Role" },
} as const;

export function nameOf(kind: EntityKind, input: EntityInput): string {
  return input[`${kinds[kind].title}Name`] ?? "";
}

export function entityArn(accountId: string, kind: EntityKind, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:${kind}${path}${name}`;
}

/** Users may leave out their own name where AWS lets them. */
export function userNameOrOwn(input: { readonly UserName?: string | undefined }, call: Call): string {
  if (input.UserName !== undefined) return input.UserName;
  if (call.caller.kind === "user") return call.caller.userName;
  throw iamValidationError("Must specify userName when calling with non-User credentials");
}

export function findEntity(
  queries: SettingsQueries,
  accountId: string,
  kind: EntityKind,
  name: string,
): Promise<EntityRow | undefined> {
  return queries
    .selectFrom("iam_entities")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("kind", "=", kind)
    .where("name_lower", "=", name.toLowerCase())
    .executeTakeFirst();
}

/** @throws ServiceError NoSuchEntity */
export async function requireEntity(
  queries: SettingsQueries,
  accountId: string,
  kind: EntityKind,
  name: string,
): Promise<EntityRow> {
  const entity = await findEntity(queries, accountId, kind, name);
  if (!entity) throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
  return entity;
}

export function tagsOf(queries: SettingsQueries, entityId: string): Promise<{ Key: string; Value: string }[]> {
  return queries
    .selectFrom("iam_tags")
    .select(["tag_key as Key", "tag_value as Value"])
    .where("entity_id", "=", entityId)
    .orderBy("tag_key_lower")
    .execute();
}

export type Conditions = Record<string, string | readonly string[]>;

/** Access to one entity by the ARN and with the tags it has; one that is not there is judged by its name alone. */
export async function entityAccess(
  deps: IamDeps,
  call: Call,
  kind: EntityKind,
  name: string,
  action: string,
  conditions: Conditions = {},
): Promise<readonly AccessRequest[]> {
  const entity = await findEntity(deps.settings.read, call.accountId, kind, name);
  const tags = entity ? await tagsOf(deps.settings.read, entity.entity_id) : [];
  return [
    {
      action: `iam:${action}`,
      resource: entity?.arn ?? entityArn(call.accountId, kind, "/", name),
      conditions: { ...conditions, ...resourceTagConditions(tags) },
    },
  ];
}

/** What inputs that make an entity have in common. */
export interface CreationInput extends EntityInput {
  readonly Path?: string | undefined;
  readonly Tags?: RequestTags | undefined;
  readonly PermissionsBoundary?: string | undefined;
}

/** Access to make an entity: by the ARN and tags it will have, and the boundary it will be held by. */
export function creationAccess(call: Call, kind: EntityKind, input: CreationInput): readonly AccessRequest[] {
  const { Path = "/", Tags = [], PermissionsBoundary } = input;
  const access = {
    resource: entityArn(call.accountId, kind, Path, nameOf(kind, input)),
    conditions: {
      ...requestTagConditions(Tags),
      ...(PermissionsBoundary !== undefined && { "iam:PermissionsBoundary": PermissionsBoundary }),
    },
  };
  const actions = Tags.length > 0 ? ["Create", "Tag"] : ["Create"];
  return actions.map((verb) => ({ action: `iam:${verb}${kinds[kind].title}`, ...access }));
}

export function resourceTagConditions(tags: readonly { Key: string; Value: string }[]): Conditions {
  return Object.fromEntries(
    tags.flatMap(({ Key, Value }) => [
      [`aws:ResourceTag/${Key}`, Value],
      [`iam:ResourceTag/${Key}`, Value],
    ]),
  );
}

type RequestTags = readonly { Key?: string | undefined; Value?: string | undefined }[];

export function requestTagConditions(tags: RequestTags | undefined): Conditions {
  if (!tags || tags.length === 0) return {};
  return {
    "aws:TagKeys": tags.map((tag) => tag.Key ?? ""),
    ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value ?? ""])),
  };
}

export function entityResources(kind: EntityKind, name: string, call: Call): EventResource[] {
  const arn = entityArn(call.accountId, kind, "/", name);
  return name === "" ? [] : [{ type: kinds[kind].eventType, name, arn }];
}

/** Changes identities: one transaction with the record of the call, seen by every process. */
export function change<Output>(call: Call, work: (tx: SettingsTransaction) => Promise<Output>): Promise<Output> {
  return call.commit(async (tx) => {
    const output = await work(tx);
    await bumpIdentityRevision(tx);
    return output;
  });
}

/** `PermissionsBoundary` as users and roles show it. */
export function boundaryOf(entity: EntityRow) {
  if (entity.boundary_arn === null) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: "PermissionsBoundaryPolicy" as const,
      PermissionsBoundaryArn: entity.boundary_arn,
    },
  };
}
