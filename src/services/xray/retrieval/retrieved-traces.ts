import { type CompiledTrace, compileTrace } from "../../../tracing/compile-trace.js";
import { inferredIdOf } from "../../../tracing/inferred-id.js";
import { type Retrieval, readWholeTraces } from "../../../tracing/retrievals.js";
import { traceBytesMax } from "../../../tracing/trace-limits.js";
import type { Call } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { onlyVisible, visibleTraces } from "../visible-traces.js";
import { findRetrievalOfCall } from "./find-retrieval-of-call.js";

/** Read at once: 2.5 MB of documents at most. */
const tracesAtOnce = 5;

/**
 * A retrieval as the caller may see it: with the found traces that exist for them. All are looked at, as pages must not
 * tell of the others.
 *
 * @throws ServiceError ValidationException, ResourceNotFoundException
 */
export async function findVisibleRetrieval(deps: XrayDeps, call: Call, token: string): Promise<Retrieval> {
  const retrieval = await findRetrievalOfCall(deps, call, token);
  const visible = await visibleTraces(deps, call);
  if (visible === undefined) return retrieval;
  const foundIds: string[] = [];
  for (let index = 0; index < retrieval.foundIds.length; index += tracesAtOnce) {
    const traces = await retrievedTraces(deps, retrieval, retrieval.foundIds.slice(index, index + tracesAtOnce));
    for (const { traceId } of await onlyVisible(deps, call, visible, traces)) foundIds.push(traceId);
  }
  return { ...retrieval, foundIds };
}

/** Those of the found traces that are still there, in the order in which they are named. */
export async function retrievedTraces(
  deps: XrayDeps,
  { scope }: Retrieval,
  traceIds: readonly string[],
): Promise<CompiledTrace[]> {
  const stored = await readWholeTraces(deps.traces, scope, traceIds, traceBytesMax);
  const byId = new Map(stored.map((trace) => [trace.traceId, trace]));
  const nowMs = deps.environment.clock.nowMs();
  return traceIds.flatMap((traceId) => {
    const trace = byId.get(traceId);
    return trace === undefined ? [] : [compileTrace(trace, { nowMs, inferredIdOf })];
  });
}
