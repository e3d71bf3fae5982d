import { change, type EntityInput, type EntityKind, findEntity, kinds, nameOf, requireEntity } from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { noSuchEntity } from "./iam-errors.js";
import { requireManagedPolicy } from "./managed-policies.js";

type BoundaryInput = EntityInput & { readonly PermissionsBoundary: string | undefined };
type BoundedKind = Exclude<EntityKind, "group">;

/** PutUserPermissionsBoundary, PutRolePermissionsBoundary. */
export const putPermissionsBoundary = (deps: IamDeps, kind: BoundedKind) =>
  entityOperation<BoundaryInput, object>(deps, kind, {
    name: `Put${kinds[kind].title}PermissionsBoundary`,
    readOnly: false,
    conditions: ({ PermissionsBoundary = "" }) => ({ "iam:PermissionsBoundary": PermissionsBoundary }),
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
  });

/** DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary. */
export const deletePermissionsBoundary = (deps: IamDeps, kind: BoundedKind) =>
  entityOperation<EntityInput, object>(deps, kind, {
    name: `Delete${kinds[kind].title}PermissionsBoundary`,
    readOnly: false,
    conditions: (input, call) => boundaryCondition(deps, call.accountId, kind, nameOf(kind, input)),
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
