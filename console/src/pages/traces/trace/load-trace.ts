import { BatchGetTracesCommand, XRayClient } from "@aws-sdk/client-xray";
import { useCallback, useRef, useState } from "react";
import { clientOf } from "../../../api/clients.js";
import { type Failure, failureOf } from "../../../api/failure.js";
import { type Loaded, useLoaded } from "../../../api/use-loaded.js";
import { criticalPath, type Stretch } from "./critical-path.js";
import { retrieveTrace } from "./retrieve-trace.js";
import { buildTree, type TraceNode, type TraceTree } from "./trace-tree.js";

/** A trace as a person looks at it. */
export interface LoadedTrace {
  readonly traceId: string;
  readonly tree: TraceTree;
  readonly path: ReadonlyMap<TraceNode, readonly Stretch[]>;
  /** The service left something out. */
  readonly limitExceeded: boolean;
  readonly documents: readonly string[];
  /** Of the retrieval that found it, where it is not indexed. */
  readonly retrievalToken?: string;
}

/** The search among all spans for a trace that is not indexed. */
export type SpanSearch =
  | { readonly kind: "running"; readonly segments: number }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly failure: Failure };

export interface OpenedTrace extends Loaded<LoadedTrace | null> {
  /** Undefined while none is needed. */
  readonly spanSearch: SpanSearch | undefined;
  /** Gives up the search among all spans. */
  readonly cancel: () => void;
}

/**
 * Reads a trace, which is recorded: among those that are indexed, else among all spans. The value is undefined until it
 * came, and null where there is none.
 */
export function useTrace(traceId: string | undefined): OpenedTrace {
  const [spanSearch, setSpanSearch] = useState<SpanSearch>();
  const control = useRef(new AbortController());
  const last = useRef<LoadedTrace>(undefined);
  const loaded = useLoaded(traceId, async (signal): Promise<LoadedTrace | null> => {
    setSpanSearch(undefined);
    const command = new BatchGetTracesCommand({ TraceIds: [traceId!] });
    const { Traces } = await clientOf(XRayClient).send(command, { abortSignal: signal });
    const [trace] = Traces ?? [];
    if (trace !== undefined) {
      const documents = (trace.Segments ?? []).map(({ Document }) => Document ?? "");
      last.current = traceOf(traceId!, documents, { limitExceeded: trace.LimitExceeded === true });
      return last.current;
    }
    control.current = new AbortController();
    const given = AbortSignal.any([signal, control.current.signal]);
    const tell = (search: SpanSearch | undefined) => {
      if (!signal.aborted) setSpanSearch(search);
    };
    tell({ kind: "running", segments: 0 });
    try {
      const found = await retrieveTrace(traceId!, given, (segments) => tell({ kind: "running", segments }));
      tell(undefined);
      if (found === undefined) return null;
      last.current = traceOf(traceId!, found.documents, { limitExceeded: false, retrievalToken: found.token });
      return last.current;
    } catch (problem) {
      tell(given.aborted ? { kind: "cancelled" } : { kind: "failed", failure: failureOf(problem) });
      // What was read before stays.
      return last.current ?? null;
    }
  });
  return { ...loaded, spanSearch, cancel: useCallback(() => control.current.abort(), []) };
}

function traceOf(
  traceId: string,
  documents: readonly string[],
  more: Pick<LoadedTrace, "limitExceeded" | "retrievalToken">,
): LoadedTrace {
  const tree = buildTree(documents);
  return { traceId, tree, path: criticalPath(tree), documents, ...more };
}
