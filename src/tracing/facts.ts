import { callsOf } from "./calls.js";
import type { CompiledTrace } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { indexedAnnotationsOf } from "./indexed-annotations.js";
import type { Link, LinkedSegment } from "./links.js";
import { NodeTable } from "./node-table.js";
import { requestFacts, toUs } from "./request-facts.js";
import { failureRootCauses, responseTimeRootCauses } from "./root-cause.js";
import { textAt } from "./text-at.js";
import type { NodeId, SegmentFacts, TraceFacts } from "./trace-facts.js";

/** How far the time in a trace id may be before and after the first segment's start and still be the trace's. */
const idBeforeStartMaxUs = 30 * 86_400_000_000;
const idAfterStartMaxUs = 300_000_000;

export interface FactsOptions {
  /** Finds what links to other traces point at (`linksElsewhere`); where it finds nothing, a link makes no call. */
  readonly linked?: (link: Link) => LinkedSegment | undefined;
}

/** What filters, graphs and statistics know of a compiled trace. Subsegments without a parent are in no graph. */
export function factsOf(trace: CompiledTrace, options: FactsOptions = {}): TraceFacts {
  const { root, traceId } = trace;
  const table = new NodeTable();
  const segments = new Map<Entity, SegmentFacts>();
  for (const segment of trace.segments)
    if (segment.type === undefined) segments.set(segment, segmentFacts(segment, table.ofSegment(segment)));
  for (const start of trace.roots) segments.set(start, { ...segments.get(start)!, root: true });
  const calls = callsOf(trace, segments, table, options.linked ?? (() => undefined));
  const first = root && segments.get(root);
  return {
    traceId,
    timeMs: placeMs(traceId, toUs(trace.beganSeconds)),
    startUs: toUs(trace.startSeconds),
    endUs: toUs(trace.endSeconds),
    durationMs: Math.round(trace.durationSeconds * 1000),
    responseMs: root?.end_time === undefined ? undefined : Math.round((root.end_time - root.start_time) * 1000),
    ok: first !== undefined && !first.fault && !first.error && !first.throttle,
    fault: first?.fault ?? false,
    error: first?.error ?? false,
    throttle: trace.hasThrottle,
    partial: trace.isPartial,
    httpStatus: first?.httpStatus ?? 0,
    httpUrl: first?.httpUrl ?? "",
    httpMethod: first?.httpMethod ?? "",
    httpUserAgent: first?.httpUserAgent ?? "",
    httpClientIp: first?.httpClientIp ?? "",
    nodes: table.nodes,
    segments: [...segments.values()],
    calls,
    annotations: indexedAnnotationsOf(trace.segments).map(({ key, value }) => ({ key, value })),
    faultCauses: failureRootCauses(trace, "fault").map(causeJson),
    errorCauses: failureRootCauses(trace, "error").map(causeJson),
    responseTimeCauses: responseTimeRootCauses(trace).map(causeJson),
  };
}

/** Half characters, as in a message that was cut, are no JSON for the store's engine: they become U+FFFD. */
function causeJson(cause: object): string {
  return JSON.stringify(cause, (_, value) => (typeof value === "string" ? value.toWellFormed() : value));
}

function segmentFacts(segment: Entity, node: NodeId): SegmentFacts {
  const { http, aws } = segment;
  return {
    node,
    root: false,
    inferred: segment.inferred === true,
    ...requestFacts(segment),
    httpUserAgent: http?.request?.user_agent ?? "",
    httpClientIp: http?.request?.client_ip ?? "",
    user: segment.user ?? "",
    availabilityZone: textAt(aws?.["ec2"], "availability_zone") ?? textAt(aws?.["ecs"], "availability_zone") ?? "",
    instanceId: textAt(aws?.["ec2"], "instance_id") ?? "",
    resourceArn: segment.resource_arn ?? "",
  };
}

/** @see TraceFacts.timeMs */
function placeMs(traceId: string, beganUs: number): number {
  const idMs = Number.parseInt(traceId.slice(2, 10), 16) * 1000;
  const laterUs = idMs * 1000 - beganUs;
  return laterUs >= -idBeforeStartMaxUs && laterUs <= idAfterStartMaxUs ? idMs : Math.floor(beganUs / 1000);
}
