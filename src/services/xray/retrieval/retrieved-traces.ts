import { type CompiledTrace, compileTrace } from "../../../tracing/compile-trace.js";
import { inferredIdOf } from "../../../tracing/inferred-id.js";
import { type Retrieval, readWholeTraces } from "../../../tracing/retrievals.js";
import { traceBytesMax } from "../../../tracing/trace-limits.js";
import type { XrayDeps } from "../deps.js";

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
