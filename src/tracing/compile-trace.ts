import type { StoredTrace } from "../storage/trace-store.js";
import { attachSubsegments, type ReceivedEntity } from "./attach-subsegments.js";
import { entityOfDocument } from "./document.js";
import type { Entity } from "./entity.js";
import {
  adoptsReceivers,
  type InferredIdOf,
  inferSegment,
  isDownstreamCall,
  isEventSource,
  nameResources,
} from "./inferred-segment.js";

/** A trace as it is given back and as everything about it is counted. */
export interface CompiledTrace {
  readonly traceId: string;
  /** Latest end minus earliest start, seconds, rounded to milliseconds. */
  readonly durationSeconds: number;
  /** Earliest start, epoch seconds. */
  readonly startSeconds: number;
  /** True if the trace outgrew what is read of one trace; `segments` then holds its head. */
  readonly limitExceeded: boolean;
  /** Real segments, inferred ones, and subsegments whose parent is not there. */
  readonly segments: readonly Entity[];
  /** Where the trace began; undefined if only detached subsegments are there. */
  readonly root: Entity | undefined;
  /** Segments without a caller, earliest first; just the fallback root if there is none. */
  readonly roots: readonly Entity[];
  /** Something is in progress, waits for its parent, or promised a segment that has not come. */
  readonly isPartial: boolean;
  /** Documents this was made of. */
  readonly documentCount: number;
}

/** A call marked `traced` gets an inferred segment once the trace has been quiet for this long without the real one. */
const promisedSegmentWaitMs = 60_000;

/**
 * Makes a trace of its stored documents: detached subsegments into their parents, resources named, segments inferred for
 * what was called but did not report. Pure: the same documents give the same trace, in whatever order.
 *
 * @param stored one row per segment id, complete ones in place of those in progress.
 */
export function compileTrace(stored: StoredTrace, options: { nowMs: number; inferredIdOf: InferredIdOf }) {
  const { traceId } = stored;
  const segments: ReceivedEntity[] = [];
  const detached: ReceivedEntity[] = [];
  let lastReceivedMs = 0;
  for (const row of [...stored.segments].sort(byStartThenId)) {
    const received = { entity: entityOfDocument(row.document), receivedMs: row.receivedMs };
    (row.kind === "segment" ? segments : detached).push(received);
    lastReceivedMs = Math.max(lastReceivedMs, row.receivedMs);
  }
  const orphans = attachSubsegments(segments, detached);
  const real = segments.map(({ entity }) => entity);
  const quiet = options.nowMs - lastReceivedMs >= promisedSegmentWaitMs;

  const inference = inferSegments(traceId, [...real, ...orphans], real, quiet, options.inferredIdOf);
  const all = [...real, ...inference.segments, ...orphans];
  const extent = extentOf(all);
  const roots = rootsOf(real, all);
  return {
    traceId,
    durationSeconds: roundToMs(Math.max(0, extent.end - extent.start)),
    startSeconds: extent.start,
    limitExceeded: stored.truncated,
    segments: all,
    root: roots[0],
    roots,
    isPartial: extent.inProgress || orphans.length > 0 || inference.awaited,
    documentCount: stored.segments.length,
  } satisfies CompiledTrace;
}

/** Calls `visit` for an entity and everything below it, parents first. Deep traces cost no stack. */
export function walk(entity: Entity, visit: (entity: Entity) => void): void {
  const pending = [entity];
  while (pending.length > 0) {
    const next = pending.pop()!;
    visit(next);
    const children = next.subsegments;
    if (children) for (let index = children.length - 1; index >= 0; index--) pending.push(children[index]!);
  }
}

/** Seconds with three decimals. */
export function roundToMs(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function inferSegments(
  traceId: string,
  tops: readonly Entity[],
  real: readonly Entity[],
  quiet: boolean,
  inferredIdOf: InferredIdOf,
): { segments: Entity[]; awaited: boolean } {
  const childrenOf = new Map<string, Entity[]>();
  for (const segment of real) {
    if (segment.parent_id === undefined) continue;
    const siblings = childrenOf.get(segment.parent_id);
    if (siblings) siblings.push(segment);
    else childrenOf.set(segment.parent_id, [segment]);
  }
  const segments: Entity[] = [];
  let awaited = false;
  const consider = (entity: Entity) => {
    nameResources(entity);
    const isSubsegment = entity.trace_id === undefined || entity.type === "subsegment";
    if (!isSubsegment || !isDownstreamCall(entity)) return;
    const receivers = childrenOf.get(entity.id) ?? [];
    if (receivers.some((child) => child.inferred) || (receivers.length > 0 && !isEventSource(entity))) return;
    if (receivers.length === 0 && isPromised(entity)) {
      awaited = true;
      if (!quiet) return;
    }
    const inferred = inferSegment(traceId, entity, inferredIdOf(traceId, entity.id));
    if (adoptsReceivers(entity)) for (const receiver of receivers) receiver.parent_id = inferred.id;
    segments.push(inferred);
  };
  for (const top of tops) walk(top, consider);
  return { segments, awaited };
}

/** The caller said that the called side sends a segment of its own. */
function isPromised(subsegment: Entity): boolean {
  return subsegment.traced === true || subsegment.http?.request?.traced === true;
}

function rootsOf(real: readonly Entity[], all: readonly Entity[]): Entity[] {
  const own = real.filter((segment) => !segment.inferred);
  const roots = own.filter((segment) => segment.parent_id === undefined);
  if (roots.length > 0) return roots;
  const ids = new Set<string>();
  for (const top of all) walk(top, ({ id }) => ids.add(id));
  const fallback = own.find((segment) => !ids.has(segment.parent_id!)) ?? own[0];
  return fallback ? [fallback] : [];
}

function extentOf(segments: readonly Entity[]) {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  let inProgress = false;
  for (const segment of segments)
    walk(segment, (entity) => {
      start = Math.min(start, entity.start_time);
      if (entity.end_time === undefined) inProgress = true;
      else end = Math.max(end, entity.end_time);
    });
  return { start, end, inProgress };
}

function byStartThenId(
  a: { startTimeSeconds: number; segmentId: string },
  b: { startTimeSeconds: number; segmentId: string },
) {
  return a.startTimeSeconds - b.startTimeSeconds || (a.segmentId < b.segmentId ? -1 : 1);
}
