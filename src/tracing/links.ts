import { type CompiledTrace, walk } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { toUs } from "./request-facts.js";
import { nodeOf } from "./service-id.js";
import type { NodeId } from "./trace-facts.js";
import { isEntityId, toTraceId } from "./trace-id.js";

/** What a link of a segment points at, perhaps in another trace. Ids are lower case, the trace's in X-Ray's form. */
export interface Link {
  readonly traceId: string;
  readonly segmentId: string;
}

/** A segment or subsegment that a link points at. */
export interface LinkedSegment {
  /** Of the segment that it is or is in. */
  readonly node: NodeId;
  /** Microseconds since the epoch; undefined while in progress. */
  readonly endUs: number | undefined;
}

/** Links as far as they can be read. */
export function linksOf({ links }: Entity): Link[] {
  return (links ?? []).flatMap((link) => {
    const { trace_id, id } = link as { trace_id?: unknown; id?: unknown };
    const traceId = typeof trace_id === "string" ? toTraceId(trace_id) : undefined;
    return traceId !== undefined && isEntityId(id) ? { traceId, segmentId: id.toLowerCase() } : [];
  });
}

/** What links of the trace point at in other traces: whoever makes its facts may look these up before. */
export function linksElsewhere(trace: CompiledTrace): Link[] {
  return trace.segments.flatMap(linksOf).filter(({ traceId }) => traceId !== trace.traceId);
}

/** @returns undefined if the trace has no such segment, nor a subsegment of that id in one. */
export function linkedSegmentIn(trace: CompiledTrace, segmentId: string): LinkedSegment | undefined {
  let linked: LinkedSegment | undefined;
  for (const segment of trace.segments) {
    if (linked !== undefined) break;
    if (segment.type !== undefined) continue;
    walk(segment, ({ id, end_time }) => {
      if (id !== segmentId) return;
      linked ??= { node: nodeOf(segment), endUs: end_time === undefined ? undefined : toUs(end_time) };
    });
  }
  return linked;
}
