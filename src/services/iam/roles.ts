import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { maxSessionSecondsDefault } from "../../identity/directory.js";
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
} from "./entities.js";
import { checkPolicyDocument, checkTagKeys, encodeDocument, IamConstraints, policySize } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { entityAlreadyExists, limitExceeded } from "./iam-errors.js";
import { requireInNoProfile } from "./instance-profiles.js";
import { pageOf } from "./listing.js";
import { requireManagedPolicy } from "./managed-policies.js";
import { writeTags } from "./tags.js";
import { deleteEntity, listEntities } from "./users.js";

/** AWS's default quota; it can be raised there, not here. */
const trustPolicySizeMax = 2048;
const sessionSeconds = { min: 3600, max: 43_200 };

export const roleOf = (row: EntityRow) => ({
  Path: row.path,
  RoleName: row.name,
  RoleId: row.entity_id,
  Arn: row.arn,
  CreateDate: new Date(row.created_ms),
  AssumeRolePolicyDocument: encodeDocument(row.trust_policy ?? ""),
  ...(row.description !== null && { Description: row.description }),
  MaxSessionDuration: row.max_session_seconds ?? maxSessionSecondsDefault,
});

function checkTrustPolicy(document: string): void {
  checkPolicyDocument(document, "trust");
  if (policySize(document) > trustPolicySizeMax)
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${trustPolicySizeMax}`);
}

class RoleConstraints extends IamConstraints {
  description(description: string | undefined): this {
    return this.length("description", description, { max: 1000 });
  }

  maxSessionDuration(seconds: number | undefined): this {
    return this.range("maxSessionDuration", seconds, sessionSeconds);
  }
}

export const createRole = (deps: IamDeps) =>
  operation<Iam.CreateRoleRequest, Iam.CreateRoleResponse>({
    name: "CreateRole",
    readOnly: false,
    event: management,
    access: ({ RoleName, Path, Tags, PermissionsBoundary }, call) => {
      const access = {
        resource: entityArn(call.accountId, "role", Path ?? "/", RoleName ?? ""),
        conditions: {
          ...requestTagConditions(Tags),
          ...(PermissionsBoundary !== undefined && { "iam:PermissionsBoundary": PermissionsBoundary }),
        },
      };
      const create = { action: "iam:CreateRole", ...access };
      return Tags && Tags.length > 0 ? [create, { action: "iam:TagRole", ...access }] : [create];
    },
    execute: (input, call) => {
      new RoleConstraints()
        .entityName("role", input)
        .path(input.Path)
        .document(input.AssumeRolePolicyDocument, "assumeRolePolicyDocument")
        .tags(input.Tags)
        .description(input.Description)
        .maxSessionDuration(input.MaxSessionDuration)
        .end();
      checkTrustPolicy(input.AssumeRolePolicyDocument!);
      const name = input.RoleName!;
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map((tag) => tag.Key!));
      const path = input.Path ?? "/";
      const row: EntityRow = {
        entity_id: newUniqueId(deps.environment.ids, "AROA"),
        account_id: call.accountId,
        kind: "role",
        name,
        name_lower: name.toLowerCase(),
        path,
        arn: entityArn(call.accountId, "role", path, name),
        created_ms: call.nowMs,
        boundary_arn: input.PermissionsBoundary ?? null,
        description: input.Description ?? null,
        max_session_seconds: input.MaxSessionDuration ?? maxSessionSecondsDefault,
        trust_policy: input.AssumeRolePolicyDocument!,
      };
      return change(call, async (tx) => {
        if (await findEntity(tx, call.accountId, "role", name))
          throw entityAlreadyExists(`Role with name ${name} already exists.`);
        if (row.boundary_arn !== null) await requireManagedPolicy(tx, call.accountId, row.boundary_arn);
        await tx.insertInto("iam_entities").values(row).execute();
        await writeTags(tx, row.entity_id, tags);
        return { Role: { ...roleOf(row), ...boundaryOf(row), ...(tags.length > 0 && { Tags: tags }) } };
      });
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });

export const getRole = (deps: IamDeps) =>
  operation<Iam.GetRoleRequest, Iam.GetRoleResponse>({
    name: "GetRole",
    readOnly: true,
    event: management,
    access: (input, call) => entityAccess(deps, call, "role", input.RoleName ?? "", "GetRole"),
    execute: async (input, call) => {
      new IamConstraints().entityName("role", input).end();
      const row = await requireEntity(deps.settings.read, call.accountId, "role", input.RoleName!);
      const tags = await tagsOf(deps.settings.read, row.entity_id);
      return { Role: { ...roleOf(row), ...boundaryOf(row), ...(tags.length > 0 && { Tags: tags }) } };
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });

export const listRoles = (deps: IamDeps) =>
  operation<Iam.ListRolesRequest, Iam.ListRolesResponse>({
    name: "ListRoles",
    readOnly: true,
    event: management,
    access: (input, call) => [
      { action: "iam:ListRoles", resource: entityArn(call.accountId, "role", input.PathPrefix ?? "/", "") },
    ],
    execute: async (input, call) => {
      new IamConstraints().listing(input).end();
      const rows = await listEntities(deps, call.accountId, "role", input);
      const { items, page } = pageOf(rows, input, (row) => row.name_lower);
      return { Roles: items.map(roleOf), ...page };
    },
  });

export const updateRole = (deps: IamDeps) =>
  operation<Iam.UpdateRoleRequest, object>({
    name: "UpdateRole",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "role", input.RoleName ?? "", "UpdateRole"),
    execute: (input, call) => {
      new RoleConstraints()
        .entityName("role", input)
        .description(input.Description)
        .maxSessionDuration(input.MaxSessionDuration)
        .end();
      return change(call, async (tx) => {
        const row = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        await tx
          .updateTable("iam_entities")
          .set({
            description: input.Description ?? row.description,
            max_session_seconds: input.MaxSessionDuration ?? row.max_session_seconds,
          })
          .where("entity_id", "=", row.entity_id)
          .execute();
        return {};
      });
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });

export const updateRoleDescription = (deps: IamDeps) =>
  operation<Iam.UpdateRoleDescriptionRequest, Iam.UpdateRoleDescriptionResponse>({
    name: "UpdateRoleDescription",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "role", input.RoleName ?? "", "UpdateRoleDescription"),
    execute: (input, call) => {
      new RoleConstraints().entityName("role", input).description(input.Description).end();
      return change(call, async (tx) => {
        const row = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        const description = input.Description ?? "";
        await tx.updateTable("iam_entities").set({ description }).where("entity_id", "=", row.entity_id).execute();
        return { Role: { ...roleOf({ ...row, description }), ...boundaryOf(row) } };
      });
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });

export const updateAssumeRolePolicy = (deps: IamDeps) =>
  operation<Iam.UpdateAssumeRolePolicyRequest, object>({
    name: "UpdateAssumeRolePolicy",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "role", input.RoleName ?? "", "UpdateAssumeRolePolicy"),
    execute: (input, call) => {
      new IamConstraints().entityName("role", input).document(input.PolicyDocument).end();
      checkTrustPolicy(input.PolicyDocument!);
      return change(call, async (tx) => {
        const row = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        await tx
          .updateTable("iam_entities")
          .set({ trust_policy: input.PolicyDocument! })
          .where("entity_id", "=", row.entity_id)
          .execute();
        return {};
      });
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });

export const deleteRole = (deps: IamDeps) =>
  operation<Iam.DeleteRoleRequest, object>({
    name: "DeleteRole",
    readOnly: false,
    event: management,
    access: (input, call) => entityAccess(deps, call, "role", input.RoleName ?? "", "DeleteRole"),
    execute: (input, call) => {
      new IamConstraints().entityName("role", input).end();
      return change(call, async (tx) => {
        const { entity_id } = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        await requireInNoProfile(tx, entity_id);
        await deleteEntity(tx, entity_id);
        return {};
      });
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });
