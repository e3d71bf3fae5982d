import type { Scope } from "../../../storage/scope.js";
import { type CompiledTrace, compileTrace } from "../../../tracing/compile-trace.js";
import { inferredIdOf } from "../../../tracing/inferred-id.js";
import { traceBytesMax } from "../../../tracing/trace-limits.js";
import type { XrayDeps } from "../deps.js";

/** The traces that exist among `traceIds`, compiled from what is stored now, by id. */
export async function readTraces(
  deps: XrayDeps,
  scope: Scope,
  traceIds: readonly string[],
): Promise<Map<string, CompiledTrace>> {
  if (traceIds.length === 0) return new Map();
  const stored = await deps.traces.readTraces(scope, traceIds, traceBytesMax);
  const nowMs = deps.environment.clock.nowMs();
  return new Map(stored.map((trace) => [trace.traceId, compileTrace(trace, { nowMs, inferredIdOf })]));
}
