import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import {
  change,
  type EntityInput,
  entityAccess,
  entityArn,
  entityResources,
  findEntity,
  kinds,
  nameOf,
  requireEntity,
} from "./entities.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { entityAlreadyExists } from "./iam-errors.js";

type RenameInput = EntityInput & {
  readonly NewUserName?: string | undefined;
  readonly NewGroupName?: string | undefined;
  readonly NewPath?: string | undefined;
};

/** UpdateUser, UpdateGroup: a new name or path. Keys, policies and memberships stay: they are tied to the id. */
export const renameEntity = (deps: IamDeps, kind: "user" | "group") => {
  const { title } = kinds[kind];
  const name = `Update${title}`;
  const newNameOf = (input: RenameInput) => input[`New${title}Name`];
  return operation<RenameInput, object>({
    name,
    readOnly: false,
    event: management,
    access: async (input, call) => {
      const current = await entityAccess(deps, call, kind, nameOf(kind, input), name);
      if (newNameOf(input) === undefined && input.NewPath === undefined) return current;
      // AWS asks for the new ARN, too: a policy for one path must not move what it holds into another.
      const entity = await findEntity(deps.settings.read, call.accountId, kind, nameOf(kind, input));
      const path = input.NewPath ?? entity?.path ?? "/";
      const resource = entityArn(call.accountId, kind, path, newNameOf(input) ?? nameOf(kind, input));
      return [...current, { action: `iam:${name}`, resource }];
    },
    execute: (input, call) => {
      new IamConstraints()
        .entityName(kind, input)
        .entityNameText(kind, newNameOf(input), `new${title}Name`)
        .path(input.NewPath, "newPath")
        .end();
      return change(call, async (tx) => {
        const row = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        const newName = newNameOf(input) ?? row.name;
        const path = input.NewPath ?? row.path;
        const lower = newName.toLowerCase();
        if (lower !== row.name_lower && (await findEntity(tx, call.accountId, kind, newName)))
          throw entityAlreadyExists(`${title} with name ${newName} already exists.`);
        await tx
          .updateTable("iam_entities")
          .set({ name: newName, name_lower: lower, path, arn: entityArn(call.accountId, kind, path, newName) })
          .where("entity_id", "=", row.entity_id)
          .execute();
        return {};
      });
    },
    resources: (input, call) => entityResources(kind, nameOf(kind, input), call),
  });
};
