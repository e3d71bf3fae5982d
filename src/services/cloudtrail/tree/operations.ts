import { extensionRoute } from "../../extension-route.js";
import type { CloudTrailDeps } from "../deps.js";
import { getTransparencyCheckpoint, getTransparencyKey } from "./get-checkpoint.js";
import { getConsistencyProof } from "./get-consistency-proof.js";
import { getInclusionProof } from "./get-inclusion-proof.js";

/** Extensions of ours: proofs from the tree of all records. */
export function treeRoutes(deps: CloudTrailDeps) {
  return [
    getTransparencyKey(deps),
    getTransparencyCheckpoint(deps),
    getInclusionProof(deps),
    getConsistencyProof(deps),
  ].map(extensionRoute);
}
