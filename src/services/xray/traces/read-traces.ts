import { type CompiledTrace, compileTrace } from "../../../tracing/compile-trace.js";
import { inferredIdOf } from "../../../tracing/inferred-id.js";
import { traceBytesMax } from "../../../tracing/trace-limits.js";
import type { Call } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { onlyVisible, visibleTraces } from "../visible-traces.js";

/** The traces that exist for the caller among `traceIds`, compiled from what is stored now, by id. */
export async function readTraces(
  deps: XrayDeps,
  call: Call,
  traceIds: readonly string[],
): Promise<Map<string, CompiledTrace>> {
  const visible = await visibleTraces(deps, call);
  if (traceIds.length === 0) return new Map();
  const scope = { accountId: call.accountId, region: call.region };
  const stored = await deps.traces.readTraces(scope, traceIds, traceBytesMax);
  const nowMs = deps.environment.clock.nowMs();
  const compiled = stored.map((trace) => compileTrace(trace, { nowMs, inferredIdOf }));
  return new Map((await onlyVisible(deps, call, visible, compiled)).map((trace) => [trace.traceId, trace]));
}
