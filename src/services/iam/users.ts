import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { newUniqueId } from "../../identity/identity-ids.js";
import { operation } from "../operation.js";
import {
  boundaryOf,
  change,
  type EntityRow,
  entityAccess,
  entityArn,
  entityResources,
  findEntity,
  requestTagConditions,
  requireEntity,
  tagsOf,
  userNameOrOwn,
} from "./entities.js";
import { checkTagKeys, IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, entityAlreadyExists } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";
import { requireManagedPolicy } from "./managed-policies.js";
import { passwordOf, signInOf } from "./people/login-profiles.js";
import { writeTags } from "./tags.js";

const userOf = (row: EntityRow) => ({
  Path: row.path,
  UserName: row.name,
  UserId: row.entity_id,
  Arn: row.arn,
  CreateDate: new Date(row.created_ms),
});

export const createUser = (deps: IamDeps) =>
  operation<Iam.CreateUserRequest, Iam.CreateUserResponse>({
    name: "CreateUser",
    readOnly: false,
    event: management,
    access: ({ UserName, Path, Tags, PermissionsBoundary }, call) => {
      const access = {
        resource: entityArn(call.accountId, "user", Path ?? "/", UserName ?? ""),
        conditions: {
          ...requestTagConditions(Tags),
          ...(PermissionsBoundary !== undefined && { "iam:PermissionsBoundary": PermissionsBoundary }),
        },
      };
      const create = { action: "iam:CreateUser", ...access };
      return Tags && Tags.length > 0 ? [create, { action: "iam:TagUser", ...access }] : [create];
    },
    execute: (input, call) => {
      new IamConstraints().entityName("user", input).path(input.Path).tags(input.Tags).end();
      const name = input.UserName!;
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map((tag) => tag.Key!));
      const path = input.Path ?? "/";
      const row: EntityRow = {
        entity_id: newUniqueId(deps.environment.ids, "AIDA"),
        account_id: call.accountId,
        kind: "user",
        name,
        name_lower: name.toLowerCase(),
        path,
        arn: entityArn(call.accountId, "user", path, name),
        created_ms: call.nowMs,
        boundary_arn: input.PermissionsBoundary ?? null,
        description: null,
        max_session_seconds: null,
        trust_policy: null,
      };
      return change(call, async (tx) => {
        if (await findEntity(tx, call.accountId, "user", name))
          throw entityAlreadyExists(`User with name ${name} already exists.`);
        if (row.boundary_arn !== null) await requireManagedPolicy(tx, call.accountId, row.boundary_arn);
        await tx.insertInto("iam_entities").values(row).execute();
        await writeTags(tx, row.entity_id, tags);
        return { User: { ...userOf(row), ...boundaryOf(row), ...(tags.length > 0 && { Tags: tags }) } };
      });
    },
    resources: (input, call) => entityResources("user", input.UserName ?? "", call),
  });

export const getUser = (deps: IamDeps) =>
  operation<Iam.GetUserRequest, Iam.GetUserResponse>({
    name: "GetUser",
    readOnly: true,
    event: management,
    access: async (input, call) => {
      if (input.UserName === undefined && call.caller.kind === "root")
        return [{ action: "iam:GetUser", resource: call.caller.arn }];
      return entityAccess(deps, call, "user", userNameOrOwn(input, call), "GetUser");
    },
    execute: async (input, call) => {
      if (input.UserName === undefined && call.caller.kind === "root") {
        // Nobody made the root user: it has no name, no path and no date.
        return { User: { UserId: call.accountId, Arn: call.caller.arn } as Iam.User };
      }
      const name = userNameOrOwn(input, call);
      new IamConstraints().entityNameText("user", name).end();
      const row = await requireEntity(deps.settings.read, call.accountId, "user", name);
      const tags = await tagsOf(deps.settings.read, row.entity_id);
      const usedMs = (await passwordOf(deps.settings.read, row.entity_id))?.last_used_ms;
      const passwordUse = usedMs && { PasswordLastUsed: new Date(usedMs) };
      const more = { ...boundaryOf(row), ...passwordUse, ...(tags.length > 0 && { Tags: tags }) };
      return { User: { ...userOf(row), ...more } };
    },
    resources: (input, call) => entityResources("user", input.UserName ?? "", call),
  });

export const listUsers = (deps: IamDeps) =>
  operation<Iam.ListUsersRequest, Iam.ListUsersResponse>({
    name: "ListUsers",
    readOnly: true,
    event: management,
    access: (input, call) => [
      { action: "iam:ListUsers", resource: entityArn(call.accountId, "user", input.PathPrefix ?? "/", "") },
    ],
    execute: async (input, call) => {
      new IamConstraints().listing(input).end();
      const rows = await listEntities(deps, call.accountId, "user", input);
      const { items, page } = pageOf(rows, input, (row) => row.name_lower);
      const usedMs = await passwordUses(deps, items);
      const users = items.map((row) => {
        const passwordUse = usedMs.get(row.entity_id);
        return { ...userOf(row), ...(passwordUse && { PasswordLastUsed: new Date(passwordUse) }) };
      });
      return { Users: users, ...page };
    },
  });

/** When each signed in last, by the user's id. */
async function passwordUses(deps: IamDeps, users: readonly EntityRow[]): Promise<Map<string, number | null>> {
  if (users.length === 0) return new Map();
  const rows = await deps.settings.read
    .selectFrom("iam_passwords")
    .select(["user_id", "last_used_ms"])
    .where(
      "user_id",
      "in",
      users.map((row) => row.entity_id),
    )
    .execute();
  return new Map(rows.map((row) => [row.user_id, row.last_used_ms]));
}

/** One more than a page of entities under a path, by name. */
export function listEntities(
  deps: IamDeps,
  accountId: string,
  kind: EntityRow["kind"],
  input: { PathPrefix?: string | undefined; Marker?: string | undefined; MaxItems?: number | undefined },
): Promise<EntityRow[]> {
  const { after, fetch } = pageStart(input);
  const prefix = input.PathPrefix ?? "/";
  return deps.settings.read
    .selectFrom("iam_entities")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("kind", "=", kind)
    .where("name_lower", ">", after)
    .where((row) => row(row.fn<string>("substr", ["path", row.lit(1), row.lit(prefix.length)]), "=", prefix))
    .orderBy("name_lower")
    .limit(fetch)
    .execute();
}

export const deleteUser = (deps: IamDeps) =>
  operation<Iam.DeleteUserRequest, object>({
    name: "DeleteUser",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "user", input.UserName ?? "", "DeleteUser"),
    execute: (input, call) => {
      new IamConstraints().entityName("user", input).end();
      return change(call, async (tx) => {
        const { entity_id } = await requireEntity(tx, call.accountId, "user", input.UserName!);
        const has = async (table: "iam_access_keys" | "iam_group_members", column: "owner_id" | "user_id") =>
          (await tx.selectFrom(table).select(column).where(column, "=", entity_id).executeTakeFirst()) !== undefined;
        if (await has("iam_access_keys", "owner_id"))
          throw deleteConflict("Cannot delete entity, must delete access keys first.");
        if (await has("iam_group_members", "user_id"))
          throw deleteConflict("Cannot delete entity, must remove users from group first.");
        const signIn = await signInOf(tx, entity_id);
        if (signIn !== undefined) throw deleteConflict(signIn);
        await deleteEntity(tx, entity_id);
        return {};
      });
    },
    resources: (input, call) => entityResources("user", input.UserName ?? "", call),
  });

/**
 * Removes an entity that nothing is tied to any more.
 *
 * @throws ServiceError DeleteConflict while policies are.
 */
export async function deleteEntity(
  tx: Parameters<Parameters<IamDeps["settings"]["transact"]>[0]>[0],
  entityId: string,
): Promise<void> {
  const policyOf = (table: "iam_attached_policies" | "iam_inline_policies") =>
    tx.selectFrom(table).select("entity_id").where("entity_id", "=", entityId).executeTakeFirst();
  if (await policyOf("iam_attached_policies"))
    throw deleteConflict("Cannot delete entity, must detach all policies first.");
  if (await policyOf("iam_inline_policies")) throw deleteConflict("Cannot delete entity, must delete policies first.");
  await tx.deleteFrom("iam_tags").where("entity_id", "=", entityId).execute();
  await tx.deleteFrom("iam_entities").where("entity_id", "=", entityId).execute();
}
