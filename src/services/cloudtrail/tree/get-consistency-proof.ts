import { management } from "../../../audit/event.js";
import { consistencyProof } from "../../../audit/tree/proofs.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { accessTo, checkpointOf, invalidParameter, sizeOf } from "./tree-input.js";

interface Input {
  readonly FromSize?: unknown;
  /** Of a checkpoint; absent: the newest. */
  readonly ToSize?: unknown;
}

interface Output {
  readonly FromSize: number;
  readonly ToSize: number;
  /** Base64, in the order of RFC 6962. */
  readonly Path: readonly string[];
  /** The signed tree head of ToSize. */
  readonly Checkpoint: string;
}

/** Shows that the tree has only grown since it had a size. */
export const getConsistencyProof = (deps: CloudTrailDeps) =>
  operation<Input, Output>({
    name: "GetConsistencyProof",
    readOnly: true,
    event: management,
    access: accessTo("GetConsistencyProof"),
    recordedRequest: ({ FromSize, ToSize }) => ({ fromSize: FromSize, toSize: ToSize }),

    async execute(input) {
      const fromSize = sizeOf("FromSize", input.FromSize);
      if (fromSize === undefined) throw invalidParameter("FromSize must be given.");
      const { size, note } = await checkpointOf(deps.tree, sizeOf("ToSize", input.ToSize));
      if (fromSize > size) throw invalidParameter(`FromSize must not be larger than ToSize, ${size}.`);
      const path = await consistencyProof(deps.tree.store, fromSize, size);
      return {
        FromSize: fromSize,
        ToSize: size,
        Path: path.map((hash) => hash.toString("base64")),
        Checkpoint: note,
      };
    },
  });
