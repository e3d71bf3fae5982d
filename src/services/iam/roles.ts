import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { maxSessionSecondsDefault } from "../../identity/directory.js";
import { operation } from "../operation.js";
import {
  boundaryOf,
  change,
  creationAccess,
  type EntityRow,
  entityArn,
  entityResources,
  requireEntity,
  tagsOf,
} from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { deleteEntity, insertEntity, listEntities, newEntity } from "./entity-rows.js";
import { checkPolicyDocument, checkTagKeys, encodeDocument, IamConstraints, policySize } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { limitExceeded } from "./iam-errors.js";
import { requireInNoProfile } from "./instance-profiles.js";
import { pageOf } from "./listing.js";

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
    access: (input, call) => creationAccess(call, "role", input),
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
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map((tag) => tag.Key!));
      const row = {
        ...newEntity(deps, call, "role", input),
        description: input.Description ?? null,
        max_session_seconds: input.MaxSessionDuration ?? maxSessionSecondsDefault,
        trust_policy: input.AssumeRolePolicyDocument!,
      };
      return change(call, async (tx) => {
        await insertEntity(tx, row, tags);
        return { Role: { ...roleOf(row), ...boundaryOf(row), ...(tags.length > 0 && { Tags: tags }) } };
      });
    },
    resources: (input, call) => entityResources("role", input.RoleName ?? "", call),
  });

export const getRole = (deps: IamDeps) =>
  entityOperation<Iam.GetRoleRequest, Iam.GetRoleResponse>(deps, "role", {
    name: "GetRole",
    readOnly: true,
    execute: async (input, call) => {
      new IamConstraints().entityName("role", input).end();
      const row = await requireEntity(deps.settings.read, call.accountId, "role", input.RoleName!);
      const tags = await tagsOf(deps.settings.read, row.entity_id);
      return { Role: { ...roleOf(row), ...boundaryOf(row), ...(tags.length > 0 && { Tags: tags }) } };
    },
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
  entityOperation<Iam.UpdateRoleRequest, object>(deps, "role", {
    name: "UpdateRole",
    readOnly: false,
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
  });

export const updateRoleDescription = (deps: IamDeps) =>
  entityOperation<Iam.UpdateRoleDescriptionRequest, Iam.UpdateRoleDescriptionResponse>(deps, "role", {
    name: "UpdateRoleDescription",
    readOnly: false,
    execute: (input, call) => {
      new RoleConstraints().entityName("role", input).description(input.Description).end();
      return change(call, async (tx) => {
        const row = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        const description = input.Description ?? "";
        await tx.updateTable("iam_entities").set({ description }).where("entity_id", "=", row.entity_id).execute();
        return { Role: { ...roleOf({ ...row, description }), ...boundaryOf(row) } };
      });
    },
  });

export const updateAssumeRolePolicy = (deps: IamDeps) =>
  entityOperation<Iam.UpdateAssumeRolePolicyRequest, object>(deps, "role", {
    name: "UpdateAssumeRolePolicy",
    readOnly: false,
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
  });

export const deleteRole = (deps: IamDeps) =>
  entityOperation<Iam.DeleteRoleRequest, object>(deps, "role", {
    name: "DeleteRole",
    readOnly: false,
    execute: (input, call) => {
      new IamConstraints().entityName("role", input).end();
      return change(call, async (tx) => {
        const { entity_id } = await requireEntity(tx, call.accountId, "role", input.RoleName!);
        await requireInNoProfile(tx, entity_id);
        await deleteEntity(tx, entity_id);
        return {};
      });
    },
  });
