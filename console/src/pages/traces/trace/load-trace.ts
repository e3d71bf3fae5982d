import { BatchGetTracesCommand, XRayClient } from "@aws-sdk/client-xray";
import { clientOf } from "../../../api/clients.js";
import { type Loaded, useLoaded } from "../../../api/use-loaded.js";
import { criticalPath, type Stretch } from "./critical-path.js";
import { buildTree, type TraceNode, type TraceTree } from "./trace-tree.js";

/** A trace as a person looks at it. */
export interface LoadedTrace {
  readonly traceId: string;
  readonly tree: TraceTree;
  readonly path: ReadonlyMap<TraceNode, readonly Stretch[]>;
  /** The service left something out. */
  readonly limitExceeded: boolean;
  readonly documents: readonly string[];
}

/** Reads a trace, which is recorded. The value is undefined until it came, and null where there is none. */
export function useTrace(traceId: string | undefined): Loaded<LoadedTrace | null> {
  return useLoaded(traceId, async (signal) => {
    const { Traces } = await clientOf(XRayClient).send(new BatchGetTracesCommand({ TraceIds: [traceId!] }), {
      abortSignal: signal,
    });
    const [trace] = Traces ?? [];
    if (trace === undefined) return null;
    const documents = (trace.Segments ?? []).map(({ Document }) => Document ?? "");
    const tree = buildTree(documents);
    return {
      traceId: traceId!,
      tree,
      path: criticalPath(tree),
      limitExceeded: trace.LimitExceeded === true,
      documents,
    };
  });
}
