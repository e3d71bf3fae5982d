import type { OperationArea } from "../area.js";
import type { XrayDeps } from "../deps.js";
import { batchGetTraces } from "./batch-get-traces.js";
import { getTraceSummaries } from "./get-trace-summaries.js";
import { putTelemetryRecords } from "./put-telemetry-records.js";
import { putTraceSegments } from "./put-trace-segments.js";

/** Writing and finding traces. */
export function tracesOperations(deps: XrayDeps): OperationArea {
  return {
    operations: [putTraceSegments(deps), putTelemetryRecords(), batchGetTraces(deps), getTraceSummaries(deps)],
    notOffered: {},
  };
}
