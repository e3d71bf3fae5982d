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
import { outcomeOf } from "./service-id.js";

/** A trace as it is given back and as everything about it is counted. */
export interface CompiledTrace {
  readonly traceId: string;
  /** Latest end minus earliest start, seconds, rounded to milliseconds. */
  readonly durationSeconds: number;
  /** Earliest start of anything in it, epoch seconds. */
  readonly startSeconds: number;
  /** Start of the first segment that was sent: when the trace began, whatever a subsegment says. */
  readonly beganSeconds: number;
  /** Latest end; the earliest start while nothing has ended. */
  readonly endSeconds: number;
  /** True if the trace outgrew what is read of one trace; `segments` then holds its head. */
  readonly limitExceeded: boolean;
  /** Real segments, inferred ones, and subsegments whose parent is not there. */
  readonly segments: readonly Entity[];
  /** Where the trace began; undefined if only detached subsegments are there. */
  readonly root: Entity | undefined;
  /**
   * Sent segments that nothing in the trace called: those without a parent, then those whose parent is not there, each
   * earliest first. If all call each other, the earliest.
   */
  readonly roots: readonly Entity[];
  /** Who called a segment, sent or inferred; nobody where its parent is in no segment of the trace. */
  readonly callers: ReadonlyMap<Entity, Caller>;
  /** Something was throttled, at whatever depth. */
  readonly hasThrottle: boolean;
  /** Something is in progress, waits for its parent, or promised a segment that has not come. */
  readonly isPartial: boolean;
  /** A segment is inferred in place of a promised one, should that not come for a while: then it is compiled anew. */
  readonly awaitsSegments: boolean;
  /** Documents this was made of. */
  readonly documentCount: number;
}

/** The other side of a call. */
export interface Caller {
  /** The subsegment of the call, or the calling segment itself. */
  readonly entity: Entity;
  readonly segment: Entity;
}

/** AWS X-Ray quotas: links a trace; surplus links are dropped. */
const linksPerTraceMax = 100;

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
  dropSurplusLinks(real);
  const callers = callersOf([...real, ...inference.segments]);
  const roots = rootsOf(real, callers);
  return {
    traceId,
    durationSeconds: roundToMs(Math.max(0, extent.end - extent.start)),
    startSeconds: extent.start,
    beganSeconds: real[0]?.start_time ?? extent.start,
    endSeconds: Math.max(extent.start, extent.end),
    limitExceeded: stored.truncated,
    segments: all,
    root: roots[0],
    roots,
    callers,
    hasThrottle: extent.throttled,
    isPartial: extent.inProgress || orphans.length > 0 || inference.awaited,
    awaitsSegments: inference.awaited && !quiet,
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

function dropSurplusLinks(segments: readonly Entity[]): void {
  let left = linksPerTraceMax;
  for (const segment of segments) {
    if (segment.links === undefined) continue;
    if (segment.links.length > left) segment.links = segment.links.slice(0, left);
    left -= segment.links.length;
  }
}

/** Of several entities with one id the first is meant. */
function callersOf(segments: readonly Entity[]): Map<Entity, Caller> {
  const wanted = new Set<string>();
  for (const { parent_id } of segments) if (parent_id !== undefined) wanted.add(parent_id);
  const callers = new Map<Entity, Caller>();
  if (wanted.size === 0) return callers;
  const byId = new Map<string, Caller>();
  for (const segment of segments)
    walk(segment, (entity) => {
      if (wanted.delete(entity.id)) byId.set(entity.id, { entity, segment });
    });
  for (const segment of segments) {
    const caller = segment.parent_id === undefined ? undefined : byId.get(segment.parent_id);
    if (caller) callers.set(segment, caller);
  }
  return callers;
}

function rootsOf(real: readonly Entity[], callers: ReadonlyMap<Entity, Caller>): Entity[] {
  const sent = real.filter((segment) => !segment.inferred);
  const uncalled = sent.filter((segment) => !callers.has(segment));
  if (uncalled.length === 0) return sent.slice(0, 1);
  const isFirst = ({ parent_id }: Entity) => parent_id === undefined;
  return [...uncalled.filter(isFirst), ...uncalled.filter((segment) => !isFirst(segment))];
}

function extentOf(segments: readonly Entity[]) {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  let inProgress = false;
  let throttled = false;
  for (const segment of segments)
    walk(segment, (entity) => {
      start = Math.min(start, entity.start_time);
      if (entity.end_time === undefined) inProgress = true;
      else end = Math.max(end, entity.end_time);
      throttled ||= outcomeOf(entity).throttle;
    });
  return { start, end, inProgress, throttled };
}

function byStartThenId(
  a: { startTimeSeconds: number; segmentId: string },
  b: { startTimeSeconds: number; segmentId: string },
) {
  return a.startTimeSeconds - b.startTimeSeconds || (a.segmentId < b.segmentId ? -1 : 1);
}
