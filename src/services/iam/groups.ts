import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import { change, creationAccess, type EntityRow, entityArn, entityResources, requireEntity } from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { deleteEntity, insertEntity, listEntities, newEntity } from "./entity-rows.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";

const groupsPerUserMax = 10;

const groupOf = (row: EntityRow) => ({
  Path: row.path,
  GroupName: row.name,
  GroupId: row.entity_id,
  Arn: row.arn,
  CreateDate: new Date(row.created_ms),
});

export const createGroup = (deps: IamDeps) =>
  operation<Iam.CreateGroupRequest, Iam.CreateGroupResponse>({
    name: "CreateGroup",
    readOnly: false,
    event: management,
    access: (input, call) => creationAccess(call, "group", input),
    execute: (input, call) => {
      new IamConstraints().entityName("group", input).path(input.Path).end();
      const row = newEntity(deps, call, "group", input);
      return change(call, async (tx) => {
        await insertEntity(tx, row);
        return { Group: groupOf(row) };
      });
    },
    resources: (input, call) => entityResources("group", input.GroupName ?? "", call),
  });

export const getGroup = (deps: IamDeps) =>
  entityOperation<Iam.GetGroupRequest, Iam.GetGroupResponse>(deps, "group", {
    name: "GetGroup",
    readOnly: true,
    execute: async (input, call) => {
      new IamConstraints().entityName("group", input).listing(input).end();
      const { read } = deps.settings;
      const group = await requireEntity(read, call.accountId, "group", input.GroupName!);
      const { after, fetch } = pageStart(input);
      const rows = await read
        .selectFrom("iam_group_members as member")
        .innerJoin("iam_entities as user", "user.entity_id", "member.user_id")
        .selectAll("user")
        .where("member.group_id", "=", group.entity_id)
        .where("user.name_lower", ">", after)
        .orderBy("user.name_lower")
        .limit(fetch)
        .execute();
      const { items, page } = pageOf(rows, input, (row) => row.name_lower);
      const users = items.map((row) => ({
        Path: row.path,
        UserName: row.name,
        UserId: row.entity_id,
        Arn: row.arn,
        CreateDate: new Date(row.created_ms),
      }));
      return { Group: groupOf(group), Users: users, ...page };
    },
  });

export const listGroups = (deps: IamDeps) =>
  operation<Iam.ListGroupsRequest, Iam.ListGroupsResponse>({
    name: "ListGroups",
    readOnly: true,
    event: management,
    access: (input, call) => [
      { action: "iam:ListGroups", resource: entityArn(call.accountId, "group", input.PathPrefix ?? "/", "") },
    ],
    execute: async (input, call) => {
      new IamConstraints().listing(input).end();
      const rows = await listEntities(deps, call.accountId, "group", input);
      const { items, page } = pageOf(rows, input, (row) => row.name_lower);
      return { Groups: items.map(groupOf), ...page };
    },
  });

export const deleteGroup = (deps: IamDeps) =>
  entityOperation<Iam.DeleteGroupRequest, object>(deps, "group", {
    name: "DeleteGroup",
    readOnly: false,
    execute: (input, call) => {
      new IamConstraints().entityName("group", input).end();
      return change(call, async (tx) => {
        const { entity_id } = await requireEntity(tx, call.accountId, "group", input.GroupName!);
        const member = await tx
          .selectFrom("iam_group_members")
          .select("user_id")
          .where("group_id", "=", entity_id)
          .executeTakeFirst();
        if (member) throw deleteConflict("Cannot delete entity, must remove users from group first.");
        await deleteEntity(tx, entity_id);
        return {};
      });
    },
  });

export const addUserToGroup = (deps: IamDeps) =>
  entityOperation<Iam.AddUserToGroupRequest, object>(deps, "group", {
    name: "AddUserToGroup",
    readOnly: false,
    execute: (input, call) => {
      new IamConstraints().entityName("group", input).entityName("user", input).end();
      return change(call, async (tx) => {
        const group = await requireEntity(tx, call.accountId, "group", input.GroupName!);
        const user = await requireEntity(tx, call.accountId, "user", input.UserName!);
        const groups = await tx
          .selectFrom("iam_group_members")
          .select("group_id")
          .where("user_id", "=", user.entity_id)
          .execute();
        if (groups.some((row) => row.group_id === group.entity_id)) return {};
        if (groups.length >= groupsPerUserMax)
          throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${groupsPerUserMax}`);
        await tx
          .insertInto("iam_group_members")
          .values({ group_id: group.entity_id, user_id: user.entity_id })
          .execute();
        return {};
      });
    },
    resources: (input, call) => [
      ...entityResources("group", input.GroupName ?? "", call),
      ...entityResources("user", input.UserName ?? "", call),
    ],
  });

export const removeUserFromGroup = (deps: IamDeps) =>
  entityOperation<Iam.RemoveUserFromGroupRequest, object>(deps, "group", {
    name: "RemoveUserFromGroup",
    readOnly: false,
    execute: (input, call) => {
      new IamConstraints().entityName("group", input).entityName("user", input).end();
      return change(call, async (tx) => {
        const group = await requireEntity(tx, call.accountId, "group", input.GroupName!);
        const user = await requireEntity(tx, call.accountId, "user", input.UserName!);
        const { numDeletedRows } = await tx
          .deleteFrom("iam_group_members")
          .where("group_id", "=", group.entity_id)
          .where("user_id", "=", user.entity_id)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noSuchEntity(`User ${user.name} not in group ${group.name}`);
        return {};
      });
    },
    resources: (input, call) => [
      ...entityResources("group", input.GroupName ?? "", call),
      ...entityResources("user", input.UserName ?? "", call),
    ],
  });

export const listGroupsForUser = (deps: IamDeps) =>
  entityOperation<Iam.ListGroupsForUserRequest, Iam.ListGroupsForUserResponse>(deps, "user", {
    name: "ListGroupsForUser",
    readOnly: true,
    execute: async (input, call) => {
      new IamConstraints().entityName("user", input).listing(input).end();
      const { read } = deps.settings;
      const user = await requireEntity(read, call.accountId, "user", input.UserName!);
      const { after, fetch } = pageStart(input);
      const rows = await read
        .selectFrom("iam_group_members as member")
        .innerJoin("iam_entities as group", "group.entity_id", "member.group_id")
        .selectAll("group")
        .where("member.user_id", "=", user.entity_id)
        .where("group.name_lower", ">", after)
        .orderBy("group.name_lower")
        .limit(fetch)
        .execute();
      const { items, page } = pageOf(rows, input, (row) => row.name_lower);
      return { Groups: items.map(groupOf), ...page };
    },
  });
