import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";

/** Groups of traces. */
export function groupsOperations(_deps: XrayDeps): OperationArea {
  return {
    operations: [],
    notOffered: {
      CreateGroup: "Groups are not offered yet.",
      UpdateGroup: "Groups are not offered yet.",
      DeleteGroup: "Groups are not offered yet.",
      GetGroup: "Groups are not offered yet.",
      GetGroups: "Groups are not offered yet.",
    },
  };
}
