import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { accessTo, checkpointOf, sizeOf } from "./tree-input.js";

/** The key that signs checkpoints, as verifiers of notes take it. It does not change: keep it elsewhere. */
export const getTransparencyKey = (deps: CloudTrailDeps) =>
  operation<object, { VerifierKey: string; Origin: string }>({
    name: "GetTransparencyKey",
    readOnly: true,
    event: management,
    access: accessTo("GetTransparencyKey"),
    execute: async () => ({ VerifierKey: deps.tree.verifierKey, Origin: deps.tree.key.origin }),
  });

/** The newest signed tree head, or the one of a size. */
export const getTransparencyCheckpoint = (deps: CloudTrailDeps) =>
  operation<{ TreeSize?: unknown }, { TreeSize: number; Time: number; Checkpoint: string }>({
    name: "GetTransparencyCheckpoint",
    readOnly: true,
    event: management,
    access: accessTo("GetTransparencyCheckpoint"),
    recordedRequest: ({ TreeSize }) => ({ treeSize: TreeSize }),

    async execute({ TreeSize }) {
      const { size, madeMs, note } = await checkpointOf(deps.tree, sizeOf("TreeSize", TreeSize));
      return { TreeSize: size, Time: madeMs / 1000, Checkpoint: note };
    },
  });
