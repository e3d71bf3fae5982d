import { randomBytes } from "node:crypto";
import type { Scope } from "./scope.js";
import type { SegmentRow } from "./trace-store.js";

/** When everything in the contracts of traces happens. */
export const noon = Date.UTC(2026, 2, 1, 12);

/** Tests share one store, so each has an account of its own. */
export function newScope(): Scope {
  return { accountId: randomBytes(8).toString("hex"), region: "eu-west-1" };
}

/** A segment of a trace of its own, a second long, received at its end. */
export function segment(given: Partial<SegmentRow> = {}): SegmentRow {
  return {
    traceId: `1-${(noon / 1000).toString(16)}-${randomBytes(12).toString("hex")}`,
    segmentId: randomBytes(8).toString("hex"),
    kind: "segment",
    startTimeSeconds: noon / 1000,
    endTimeSeconds: noon / 1000 + 1,
    inProgress: false,
    receivedMs: noon + 1000,
    document: JSON.stringify({ name: "shop" }),
    ...given,
  };
}
