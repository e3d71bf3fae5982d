import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import {
  change,
  type EntityInput,
  type EntityKind,
  entityAccess,
  entityResources,
  findEntity,
  kinds,
  nameOf,
  requireEntity,
} from "./entities.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { noSuchEntity } from "./iam-errors.js";
import { requireManagedPolicy } from "./managed-policies.js";

type BoundaryInput = EntityInput & { readonly PermissionsBoundary: string | undefined };
type BoundedKind = Exclude<EntityKind, "group">;

/** PutUserPermissionsBoundary, PutRolePermissionsBoundary. */
export const putPermissionsBoundary = (deps: IamDeps, kind: BoundedKind) =>
  operation<BoundaryInput, object>({
    name: `Put${kinds[kind].title}PermissionsBoundary`,
    readOnly: false,
    event: management,
    access: (input, call) =>
      entityAccess(deps, call, kind, nameOf(kind, input), `Put${kinds[kind].title}PermissionsBoundary`, {
        "iam:PermissionsBoundary": input.PermissionsBoundary ?? "",
      }),
    execute: (input, call) => {
      new IamConstraints().entityName(kind, input).policyArn(input.PermissionsBoundary, "permissionsBoundary").end();
      return change(call, async (tx) => {
        const entity = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        const policy = await requireManagedPolicy(tx, call.accountId, input.PermissionsBoundary!);
        await tx
          .updateTable("iam_entities")
          .set({ boundary_arn: policy.policy_arn })
          .where("entity_id", "=", entity.entity_id)
          .execute();
        return {};
      });
    },
    resources: (input, call) => entityResources(kind, nameOf(kind, input), call),
  });

/** DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary. */
export const deletePermissionsBoundary = (deps: IamDeps, kind: BoundedKind) =>
  operation<EntityInput, object>({
    name: `Delete${kinds[kind].title}PermissionsBoundary`,
    readOnly: false,
    event: management,
    access: async (input, call) => {
      const boundary = await boundaryCondition(deps, call.accountId, kind, nameOf(kind, input));
      const action = `Delete${kinds[kind].title}PermissionsBoundary`;
      return entityAccess(deps, call, kind, nameOf(kind, input), action, boundary);
    },
    execute: (input, call) => {
      new IamConstraints().entityName(kind, input).end();
      return change(call, async (tx) => {
        const entity = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        if (entity.boundary_arn === null)
          throw noSuchEntity(`${kinds[kind].title} ${entity.name} does not have a permission boundary.`);
        await tx
          .updateTable("iam_entities")
          .set({ boundary_arn: null })
          .where("entity_id", "=", entity.entity_id)
          .execute();
        return {};
      });
    },
    resources: (input, call) => entityResources(kind, nameOf(kind, input), call),
  });

/** The boundary that would go, as a condition. */
async function boundaryCondition(
  deps: IamDeps,
  accountId: string,
  kind: BoundedKind,
  name: string,
): Promise<Record<string, string>> {
  const entity = await findEntity(deps.settings.read, accountId, kind, name);
  return entity?.boundary_arn ? { "iam:PermissionsBoundary": entity.boundary_arn } : {};
}
