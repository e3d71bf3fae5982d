import type { AnyOperation } from "../../operation.js";
import type { IntakeDeps } from "../deps.js";
import { batchGetTraces } from "./batch-get-traces.js";
import { getTraceSummaries } from "./get-trace-summaries.js";
import { putTelemetryRecords } from "./put-telemetry-records.js";
import { putTraceSegments } from "./put-trace-segments.js";

/** Writing and finding traces. */
export function tracesOperations(deps: IntakeDeps): readonly AnyOperation[] {
  return [putTraceSegments(deps), putTelemetryRecords(), batchGetTraces(deps), getTraceSummaries(deps)];
}
