import type { Scope } from "../../../storage/scope.js";
import { type CompiledTrace, compileTrace } from "../../../tracing/compile-trace.js";
import { inferredIdOf } from "../../../tracing/inferred-id.js";
import type { XrayDeps } from "../deps.js";

/** AWS X-Ray quotas: a trace document is at most 500 KB; what is beyond is left out and `LimitExceeded` says so. */
export const traceBytesMax = 500_000;

export interface ReadTrace {
  readonly trace: CompiledTrace;
  /** Size of the stored documents, in UTF-16 units. */
  readonly length: number;
}

/** The traces that exist among `traceIds`, compiled from what is stored now, by id. */
export async function readTraces(deps: XrayDeps, scope: Scope, traceIds: readonly string[]) {
  const stored = await deps.traces.readTraces(scope, traceIds, traceBytesMax);
  const nowMs = deps.environment.clock.nowMs();
  return new Map(
    stored.map((trace): [string, ReadTrace] => [
      trace.traceId,
      {
        trace: compileTrace(trace, { nowMs, inferredIdOf }),
        length: trace.segments.reduce((sum, { document }) => sum + document.length, 0),
      },
    ]),
  );
}
