import type { AnyOperation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { createGroup } from "./create-group.js";
import { deleteGroup } from "./delete-group.js";
import { getGroup } from "./get-group.js";
import { getGroups } from "./get-groups.js";
import { updateGroup } from "./update-group.js";

/** Groups of traces. */
export function groupsOperations(deps: XrayDeps): readonly AnyOperation[] {
  return [createGroup(deps), getGroup(deps), getGroups(deps), updateGroup(deps), deleteGroup(deps)];
}
