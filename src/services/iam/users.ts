import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import {
  boundaryOf,
  change,
  creationAccess,
  type EntityRow,
  entityAccess,
  entityArn,
  entityResources,
  requireEntity,
  tagsOf,
  userNameOrOwn,
} from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { deleteEntity, insertEntity, listEntities, newEntity } from "./entity-rows.js";
import { checkTagKeys, IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict } from "./iam-errors.js";
import { pageOf } from "./listing.js";
import { passwordOf, signInOf } from "./people/login-profiles.js";

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
    access: (input, call) => creationAccess(call, "user", input),
    execute: (input, call) => {
      new IamConstraints().entityName("user", input).path(input.Path).tags(input.Tags).end();
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map((tag) => tag.Key!));
      const row = newEntity(deps, call, "user", input);
      return change(call, async (tx) => {
        await insertEntity(tx, row, tags);
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

export const deleteUser = (deps: IamDeps) =>
  entityOperation<Iam.DeleteUserRequest, object>(deps, "user", {
    name: "DeleteUser",
    readOnly: false,
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
  });
