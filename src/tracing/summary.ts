import type { AnnotationValue, Http, ServiceId, TraceSummary, ValueWithServiceIds } from "@aws-sdk/client-xray";
import { type CompiledTrace, roundToMs } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { indexedAnnotationsOf } from "./indexed-annotations.js";
import { NodeTable } from "./node-table.js";
import { httpStatusOf } from "./request-facts.js";
import { clientOf, nodeOf, outcomeOf, serviceIdOf } from "./service-id.js";
import { textAt } from "./text-at.js";
import type { NodeId } from "./trace-facts.js";

/** Wire form of a summary: times are epoch seconds. What depends on the query or is kept beside it is not in it. */
type IndexedSummary = Omit<
  TraceSummary,
  "StartTime" | "MatchedEventTime" | "FaultRootCauses" | "ErrorRootCauses" | "ResponseTimeRootCauses"
> & { StartTime: number };

/** A summary as the index keeps it: JSON, without the lists of root causes, which are kept beside it. */
export function indexedSummaryOf(trace: CompiledTrace): string {
  return JSON.stringify(summaryOf(trace));
}

/** Source: AWS X-Ray API Reference, TraceSummary. */
function summaryOf(trace: CompiledTrace): IndexedSummary {
  const { root } = trace;
  const segments = trace.segments.filter((segment) => segment.type === undefined);
  const table = new NodeTable();
  for (const segment of segments) table.ofSegment(segment);
  for (const start of trace.roots) table.add(clientOf(table.ofSegment(start)));
  const outcome = root && outcomeOf(root);

  const summary: IndexedSummary = {
    Id: trace.traceId,
    StartTime: roundToMs(trace.beganSeconds),
    Duration: trace.durationSeconds,
    HasFault: outcome?.fault ?? false,
    HasError: outcome?.error ?? false,
    HasThrottle: trace.hasThrottle,
    IsPartial: trace.isPartial,
    Http: httpOf(root),
    Annotations: annotationsOf(trace.segments, table),
    Users: usersOf(segments, table),
    ServiceIds: table.nodes.map(serviceIdOf),
    ResourceARNs: distinct(segments, (segment) => segment.resource_arn || undefined).map((ARN) => ({ ARN })),
    InstanceIds: distinct(segments, (segment) => textAt(segment.aws?.["ec2"], "instance_id")).map((Id) => ({ Id })),
    AvailabilityZones: distinct(
      segments,
      (segment) =>
        textAt(segment.aws?.["ec2"], "availability_zone") ?? textAt(segment.aws?.["ecs"], "availability_zone"),
    ).map((Name) => ({ Name })),
    // One more with each document that joins: it starts at 1 and never goes back, with nothing kept beside the trace.
    Revision: Math.max(1, trace.documentCount),
  };
  if (root?.end_time !== undefined) summary.ResponseTime = roundToMs(root.end_time - root.start_time);
  if (root !== undefined) summary.EntryPoint = serviceIdOf(nodeOf(root));
  return summary;
}

function httpOf(root: Entity | undefined): Http {
  const request = root?.http?.request;
  const http: Http = {};
  if (request?.url !== undefined) http.HttpURL = request.url;
  const status = root && httpStatusOf(root);
  if (status) http.HttpStatus = status;
  if (request?.method !== undefined) http.HttpMethod = request.method;
  if (request?.user_agent !== undefined) http.UserAgent = request.user_agent;
  if (request?.client_ip !== undefined) http.ClientIp = request.client_ip;
  return http;
}

/** One entry for each distinct value of a key, with the services whose segments (or subsegments) carried it. */
function annotationsOf(segments: readonly Entity[], table: NodeTable): Record<string, ValueWithServiceIds[]> {
  const byKey = new Map<string, ValueWithServiceIds[]>();
  for (const { key, value, segments: carriers } of indexedAnnotationsOf(segments)) {
    const item = { AnnotationValue: toAnnotationValue(value), ServiceIds: servicesOf(carriers, table) };
    const items = byKey.get(key);
    if (items) items.push(item);
    else byKey.set(key, [item]);
  }
  return Object.fromEntries(byKey); // safe for a key such as __proto__
}

function toAnnotationValue(value: string | number | boolean): AnnotationValue {
  if (typeof value === "number") return { NumberValue: value };
  if (typeof value === "boolean") return { BooleanValue: value };
  return { StringValue: value };
}

function usersOf(segments: readonly Entity[], table: NodeTable) {
  const carriersOf = new Map<string, Entity[]>();
  for (const segment of segments) {
    if (!segment.user) continue;
    const carriers = carriersOf.get(segment.user);
    if (carriers) carriers.push(segment);
    else carriersOf.set(segment.user, [segment]);
  }
  return [...carriersOf].map(([UserName, carriers]) => ({ UserName, ServiceIds: servicesOf(carriers, table) }));
}

/** Services of the segments, each once. */
function servicesOf(segments: Iterable<Entity>, table: NodeTable): ServiceId[] {
  const nodes = new Set<NodeId>();
  for (const segment of segments) nodes.add(table.ofSegment(segment));
  return [...nodes].map(serviceIdOf);
}

function distinct(segments: readonly Entity[], textOf: (segment: Entity) => string | undefined): string[] {
  return [...new Set(segments.map(textOf).filter((text) => text !== undefined))];
}
