import type { AnnotationValue, Http, ServiceId, TraceSummary, ValueWithServiceIds } from "@aws-sdk/client-xray";
import { type CompiledTrace, roundToMs, walk } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { failureRootCauses, responseTimeRootCauses } from "./root-cause.js";
import { clientIdOf, outcomeOf, serviceIdOf, serviceKeyOf } from "./service-id.js";

/** AWS X-Ray quotas: indexed annotations a trace; surplus ones stay in the documents. The first ones win. */
const indexedAnnotationsMax = 50;

/** One entry of GetTraceSummaries, but for MatchedEventTime. Source: AWS X-Ray API Reference, TraceSummary. */
export function summaryOf(trace: CompiledTrace): TraceSummary {
  const { root } = trace;
  const segments = trace.segments.filter((segment) => segment.type === undefined);
  const services = new Services();
  for (const segment of segments) services.add(serviceIdOf(segment));
  for (const start of trace.roots) services.add(clientIdOf(start));

  const summary: TraceSummary = {
    Id: trace.traceId,
    StartTime: new Date(trace.startSeconds * 1000),
    Duration: trace.durationSeconds,
    HasFault: root !== undefined && outcomeOf(root).fault,
    HasError: root !== undefined && outcomeOf(root).error,
    HasThrottle: hasThrottle(trace.segments),
    IsPartial: trace.isPartial,
    Http: httpOf(root),
    Annotations: annotationsOf(trace.segments),
    Users: usersOf(segments),
    ServiceIds: services.list(),
    ResourceARNs: distinct(segments, (segment) => segment.resource_arn).map((ARN) => ({ ARN })),
    InstanceIds: distinct(segments, (segment) => textAt(segment.aws?.["ec2"], "instance_id")).map((Id) => ({ Id })),
    AvailabilityZones: distinct(
      segments,
      (segment) =>
        textAt(segment.aws?.["ec2"], "availability_zone") ?? textAt(segment.aws?.["ecs"], "availability_zone"),
    ).map((Name) => ({ Name })),
    FaultRootCauses: failureRootCauses(trace, "fault"),
    ErrorRootCauses: failureRootCauses(trace, "error"),
    ResponseTimeRootCauses: responseTimeRootCauses(trace),
    // One more with each document that joins: it starts at 1 and never goes back, with nothing kept beside the trace.
    Revision: Math.max(1, trace.documentCount),
  };
  if (root?.end_time !== undefined) summary.ResponseTime = roundToMs(root.end_time - root.start_time);
  if (root !== undefined) summary.EntryPoint = serviceIdOf(root);
  return summary;
}

/**
 * The time that puts a trace into an `Event` or `Service` range: the latest end of a segment in it; for an `Event` range
 * in which none ended, the latest start in it, else the last moment of the range, during which one was running.
 *
 * @param range epoch milliseconds, `untilMs` exclusive.
 */
export function matchedEventTime(trace: CompiledTrace, range: { fromMs: number; untilMs: number }): Date {
  const sent = trace.segments.filter((segment) => !segment.inferred);
  const latestOf = (times: readonly (number | undefined)[]) =>
    times.reduce<number>((latest, seconds) => {
      const timeMs = (seconds ?? Number.NaN) * 1000;
      return timeMs >= range.fromMs && timeMs < range.untilMs ? Math.max(latest, timeMs) : latest;
    }, -1);
  const end = latestOf(sent.map(({ end_time }) => end_time));
  if (end >= 0) return new Date(end);
  const start = latestOf(sent.map(({ start_time }) => start_time));
  return new Date(start >= 0 ? start : range.untilMs - 1);
}

function hasThrottle(segments: readonly Entity[]): boolean {
  let throttled = false;
  for (const segment of segments)
    walk(segment, (entity) => {
      throttled ||= outcomeOf(entity).throttle;
    });
  return throttled;
}

function httpOf(root: Entity | undefined): Http {
  const { request, response } = root?.http ?? {};
  const http: Http = {};
  if (request?.url !== undefined) http.HttpURL = request.url;
  if (response?.status !== undefined) http.HttpStatus = response.status;
  if (request?.method !== undefined) http.HttpMethod = request.method;
  if (request?.user_agent !== undefined) http.UserAgent = request.user_agent;
  if (request?.client_ip !== undefined) http.ClientIp = request.client_ip;
  return http;
}

/** One entry for each distinct value of a key, with the services whose segments (or subsegments) carried it. */
function annotationsOf(segments: readonly Entity[]): Record<string, ValueWithServiceIds[]> {
  const byKey = new Map<string, Map<string | number | boolean, Services>>();
  let indexed = 0;
  for (const segment of segments) {
    const service = segment.type === undefined ? serviceIdOf(segment) : undefined;
    walk(segment, ({ annotations }) => {
      if (annotations === undefined) return;
      for (const [key, value] of Object.entries(annotations)) {
        const values = byKey.get(key);
        let services = values?.get(value);
        if (services === undefined) {
          if (indexed++ >= indexedAnnotationsMax) continue;
          services = new Services();
          if (values) values.set(value, services);
          else byKey.set(key, new Map([[value, services]]));
        }
        if (service) services.add(service);
      }
    });
  }
  const entries = [...byKey].map(([key, values]): [string, ValueWithServiceIds[]] => [
    key,
    [...values].map(([value, services]) => ({
      AnnotationValue: toAnnotationValue(value),
      ServiceIds: services.list(),
    })),
  ]);
  return Object.fromEntries(entries); // safe for a key such as __proto__
}

function toAnnotationValue(value: string | number | boolean): AnnotationValue {
  if (typeof value === "number") return { NumberValue: value };
  if (typeof value === "boolean") return { BooleanValue: value };
  return { StringValue: value };
}

function usersOf(segments: readonly Entity[]) {
  const users = new Map<string, Services>();
  for (const segment of segments) {
    if (segment.user === undefined) continue;
    const services = users.get(segment.user) ?? new Services();
    services.add(serviceIdOf(segment));
    users.set(segment.user, services);
  }
  return [...users].map(([UserName, services]) => ({ UserName, ServiceIds: services.list() }));
}

/** Services in the order in which they came, each once. */
class Services {
  readonly #byKey = new Map<string, ServiceId>();

  add(service: ServiceId): void {
    const key = serviceKeyOf(service);
    if (!this.#byKey.has(key)) this.#byKey.set(key, service);
  }

  list(): ServiceId[] {
    return [...this.#byKey.values()];
  }
}

function distinct(segments: readonly Entity[], textOf: (segment: Entity) => string | undefined): string[] {
  return [...new Set(segments.map(textOf).filter((text) => text !== undefined))];
}

function textAt(value: unknown, member: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text = (value as Record<string, unknown>)[member];
  return typeof text === "string" && text !== "" ? text : undefined;
}
