import type { EventClass, EventResource } from "../../audit/event.js";

const resourceType = "AWS::XRay::Trace";

/** Calls on traces are data events of this type (AWS CloudTrail User Guide, "Logging data events"). */
export const traceEvent: EventClass = { category: "Data", resourceType };

/** Traces have no ARN: the type is all that the record says. */
export const traceResources: readonly EventResource[] = [{ type: resourceType }];

/** X-Ray's operations on traces and sampling have no resource-level permissions. */
export function accessToAll(operationName: string) {
  return () => [{ action: `xray:${operationName}`, resource: "*" }];
}

/** Operations that tell of traces or groups, of which policies may let the caller see some (`call.visibleRows`). */
export function accessToRows(operationName: string, rows: "read" | "named" = "read") {
  return () => [{ action: `xray:${operationName}`, resource: "*", rows }];
}
