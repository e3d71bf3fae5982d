import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { newUniqueId } from "../../identity/identity-ids.js";
import { operation } from "../operation.js";
import {
  change,
  type EntityRow,
  entityAccess,
  entityArn,
  entityResources,
  findEntity,
  requireEntity,
} from "./entities.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";
import { deleteEntity, listEntities } from "./users.js";

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
    access: (input, call) => [
      {
        action: "iam:CreateGroup",
        resource: entityArn(call.accountId, "group", input.Path ?? "/", input.GroupName ?? ""),
      },
    ],
    execute: (input, call) => {
      new IamConstraints().entityName("group", input).path(input.Path).end();
      const name = input.GroupName!;
      const path = input.Path ?? "/";
      const row: EntityRow = {
        entity_id: newUniqueId(deps.environment.ids, "AGPA"),
        account_id: call.accountId,
        kind: "group",
        name,
        name_lower: name.toLowerCase(),
        path,
        arn: entityArn(call.accountId, "group", path, name),
        created_ms: call.nowMs,
        boundary_arn: null,
        description: null,
        max_session_seconds: null,
        trust_policy: null,
      };
      return change(call, async (tx) => {
        if (await findEntity(tx, call.accountId, "group", name))
          throw entityAlreadyExists(`Group with name ${name} already exists.`);
        await tx.insertInto("iam_entities").values(row).execute();
        return { Group: groupOf(row) };
      });
    },
    resources: (input, call) => entityResources("group", input.GroupName ?? "", call),
  });

export const getGroup = (deps: IamDeps) =>
  operation<Iam.GetGroupRequest, Iam.GetGroupResponse>({
    name: "GetGroup",
    readOnly: true,
    event: management,
    access: (input, call) => entityAccess(deps, call, "group", input.GroupName ?? "", "GetGroup"),
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
    resources: (input, call) => entityResources("group", input.GroupName ?? "", call),
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
  operation<Iam.DeleteGroupRequest, object>({
    name: "DeleteGroup",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "group", input.GroupName ?? "", "DeleteGroup"),
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
    resources: (input, call) => entityResources("group", input.GroupName ?? "", call),
  });

export const addUserToGroup = (deps: IamDeps) =>
  operation<Iam.AddUserToGroupRequest, object>({
    name: "AddUserToGroup",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "group", input.GroupName ?? "", "AddUserToGroup"),
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
  operation<Iam.RemoveUserFromGroupRequest, object>({
    name: "RemoveUserFromGroup",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "group", input.GroupName ?? "", "RemoveUserFromGroup"),
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
  operation<Iam.ListGroupsForUserRequest, Iam.ListGroupsForUserResponse>({
    name: "ListGroupsForUser",
    readOnly: true,
    event: management,
    access: (input, call) => entityAccess(deps, call, "user", input.UserName ?? "", "ListGroupsForUser"),
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
    resources: (input, call) => entityResources("user", input.UserName ?? "", call),
  });
