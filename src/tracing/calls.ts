import type { CompiledTrace } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { type Link, type LinkedSegment, linkedSegmentIn, linksOf } from "./links.js";
import type { NodeTable } from "./node-table.js";
import { requestFacts } from "./request-facts.js";
import { clientOf } from "./service-id.js";
import type { CallFacts, NodeId, RequestFacts, SegmentFacts } from "./trace-facts.js";

/**
 * The calls of a trace, in the order of the segments that were called: by clients, by other segments, and along links.
 *
 * @param segments what is known of each segment, its node from `table`; nodes of clients are added there.
 * @param linked   finds what links to other traces point at; where it finds nothing, a link makes no call.
 */
export function callsOf(
  trace: CompiledTrace,
  segments: ReadonlyMap<Entity, SegmentFacts>,
  table: NodeTable,
  linked: (link: Link) => LinkedSegment | undefined,
): CallFacts[] {
  const calls: CallFacts[] = [];
  const targetsOfCalls = new Map<Entity, NodeId[]>();
  for (const [segment, callee] of segments) {
    if (callee.root) calls.push(callOf(table.add(clientOf(callee.node)), callee.node, callee));
    const caller = trace.callers.get(segment);
    if (caller !== undefined) {
      const source = table.ofSegment(caller.segment);
      if (caller.entity === caller.segment) calls.push(callOf(source, callee.node, callee));
      else if (isFirst(targetsOfCalls, caller.entity, callee.node))
        calls.push(callOf(source, callee.node, requestFacts(caller.entity)));
    }
    if (segment.links === undefined) continue;
    for (const link of linksOf(segment)) {
      const source = link.traceId === trace.traceId ? linkedSegmentIn(trace, link.segmentId) : linked(link);
      if (source === undefined) continue;
      const eventAgeUs = source.endUs === undefined ? 0 : Math.max(0, callee.startUs - source.endUs);
      calls.push({ ...callOf(source.node, callee.node, callee), link: true, eventAgeUs });
    }
  }
  return calls;
}

/** A subsegment's call of a service is one call, however many segments of that service answered it. */
function isFirst(targetsOfCalls: Map<Entity, NodeId[]>, call: Entity, target: NodeId): boolean {
  const targets = targetsOfCalls.get(call);
  if (targets === undefined) targetsOfCalls.set(call, [target]);
  else if (targets.includes(target)) return false;
  else targets.push(target);
  return true;
}

function callOf(source: NodeId, target: NodeId, view: RequestFacts): CallFacts {
  const { startUs, endUs, fault, error, throttle, httpStatus, httpUrl, httpMethod } = view;
  return {
    source,
    target,
    link: false,
    eventAgeUs: 0,
    startUs,
    endUs,
    fault,
    error,
    throttle,
    httpStatus,
    httpUrl,
    httpMethod,
  };
}
