import { exposureOf, type TraceExposure } from "../../../audit/trace-exposure.js";
import type { TraceReadKind } from "../../../storage/event-store.js";
import { distinctTraceIds } from "./trace-ids-of-call.js";

/** More than any operation takes; nobody has checked a refused call. */
const soughtIdsMax = 100;

/** What the calls of an operation are after that name traces, or none: then they are searches. */
export function seeking(kind: TraceReadKind) {
  return ({ TraceIds: asked = [] }: { readonly TraceIds?: readonly string[] | undefined }): TraceExposure =>
    exposureOf(kind, distinctTraceIds(asked.slice(0, soughtIdsMax)));
}
