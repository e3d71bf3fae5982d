import type {
  ErrorRootCause,
  FaultRootCause,
  ResponseTimeRootCause,
  RootCauseException,
  ServiceId,
} from "@aws-sdk/client-xray";
import type { CompiledTrace } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { nodeOf, outcomeOf, serviceIdOf } from "./service-id.js";

/** Root causes of each kind that a summary carries. AWS publishes no number. */
const rootCausesMax = 5;

/** Response time from which a trace counts as slow. AWS's threshold is not public; seen at 2.8 s, not at 1.2 s. */
const slowResponseSeconds = 2;

/** Share of the root's response time below which a child explains nothing. */
const coverageMin = 0.5;

/** Chains longer than this are cut at their caller's end: a summary is not a trace. */
const pathLengthMax = 100;

/** One service of the chain from the entry to the culprit, with the way through it. */
interface Step {
  readonly segment: Entity;
  readonly entities: readonly Entity[];
}

/**
 * Why the trace failed or erred: for each segment that carries the flag while no segment called by it does, the chain of
 * services from the entry to it. None where only the root is flagged and it says nothing of the cause.
 */
export function failureRootCauses(trace: CompiledTrace, flag: "fault" | "error"): (FaultRootCause & ErrorRootCause)[] {
  const flagged = trace.segments.filter((segment) => segment.type === undefined && outcomeOf(segment)[flag]);
  if (flagged.length === 0) return [];
  const tree = new TraceTree(trace);
  const callers = new Set(flagged.flatMap((segment) => tree.callingSegment(segment) ?? []));
  const clientImpacting = trace.root !== undefined && outcomeOf(trace.root)[flag];
  return flagged
    .filter((segment) => !callers.has(segment))
    .map((segment) => tree.pathTo(segment, deepestFlagged(segment, flag)))
    .filter((path) => !isUnexplained(path, trace.root))
    .sort((a, b) => b.length - a.length)
    .slice(0, rootCausesMax)
    .map((path) => ({
      Services: path.map(({ segment, entities }) => ({
        ...causeService(segment),
        EntityPath: entities.map((entity) => ({
          Name: entity.name,
          Exceptions: exceptionsOf(entity),
          Remote: isRemote(entity),
        })),
        Inferred: segment.inferred === true,
      })),
      ClientImpacting: clientImpacting,
    }));
}

/** Where the time of a slow trace went: down the largest child while it covers at least half of the root's time. */
export function responseTimeRootCauses(trace: CompiledTrace): ResponseTimeRootCause[] {
  const { root } = trace;
  if (root?.end_time === undefined) return [];
  const responseSeconds = root.end_time - root.start_time;
  if (responseSeconds < slowResponseSeconds) return [];
  const tree = new TraceTree(trace);
  const coverage = (entity: Entity) => {
    const end = Math.min(entity.end_time ?? entity.start_time, root.end_time!);
    const covered = Math.max(0, end - Math.max(entity.start_time, root.start_time));
    return Math.round((covered / responseSeconds) * 1000) / 1000;
  };
  let culprit = root;
  const seen = new Set<Entity>();
  while (seen.size < pathLengthMax && !seen.has(culprit)) {
    seen.add(culprit);
    const largest = tree
      .below(culprit)
      .reduce<Entity | undefined>(
        (best, child) => (best === undefined || coverage(child) > coverage(best) ? child : best),
        undefined,
      );
    if (largest === undefined || coverage(largest) < coverageMin) break;
    culprit = largest;
  }
  const segment = tree.segmentOf(culprit);
  if (segment === undefined) return [];
  return [
    {
      Services: tree.pathTo(segment, culprit).map((step) => ({
        ...causeService(step.segment),
        EntityPath: step.entities.map((entity) => ({
          Name: entity.name,
          Coverage: coverage(entity),
          Remote: isRemote(entity),
        })),
        Inferred: step.segment.inferred === true,
      })),
      ClientImpacting: true,
    },
  ];
}

/** Who is below whom in a trace, through subsegments and from a call to the segment it led to. */
class TraceTree {
  readonly #parent = new Map<Entity, Entity>();
  readonly #segment = new Map<Entity, Entity>();
  readonly #byId = new Map<string, Entity>();
  readonly #called = new Map<string, Entity[]>();

  constructor(trace: CompiledTrace) {
    for (const segment of trace.segments) {
      const pending = [segment];
      while (pending.length > 0) {
        const entity = pending.pop()!;
        this.#segment.set(entity, segment);
        if (!this.#byId.has(entity.id)) this.#byId.set(entity.id, entity);
        for (const child of entity.subsegments ?? []) {
          this.#parent.set(child, entity);
          pending.push(child);
        }
      }
      if (segment.parent_id === undefined) continue;
      const siblings = this.#called.get(segment.parent_id);
      if (siblings) siblings.push(segment);
      else this.#called.set(segment.parent_id, [segment]);
    }
  }

  segmentOf(entity: Entity): Entity | undefined {
    return this.#segment.get(entity);
  }

  /** Subsegments, and the segments that were called from here. */
  below(entity: Entity): Entity[] {
    return [...(entity.subsegments ?? []), ...(this.#called.get(entity.id) ?? [])];
  }

  callingSegment(segment: Entity): Entity | undefined {
    const caller = this.#callerOf(segment);
    return caller && this.#segment.get(caller);
  }

  /** The chain from the entry to `last`, which is `segment` or a subsegment of it. */
  pathTo(segment: Entity, last: Entity): Step[] {
    const steps: Step[] = [];
    const seen = new Set<Entity>();
    let current: Entity | undefined = segment;
    let end: Entity | undefined = last;
    while (current !== undefined && end !== undefined && !seen.has(current) && seen.size < pathLengthMax) {
      seen.add(current);
      steps.unshift({ segment: current, entities: this.#within(end) });
      end = this.#callerOf(current);
      current = end && this.#segment.get(end);
    }
    return steps;
  }

  #callerOf(segment: Entity): Entity | undefined {
    return segment.parent_id === undefined ? undefined : this.#byId.get(segment.parent_id);
  }

  /** From the segment down to `end`, both included; the far end of a path too long. */
  #within(end: Entity): Entity[] {
    const entities: Entity[] = [];
    for (let entity: Entity | undefined = end; entity !== undefined; entity = this.#parent.get(entity))
      entities.push(entity);
    return entities.reverse().slice(0, pathLengthMax);
  }
}

/** Down the flagged subsegments as far as they go; the segment itself if none is. */
function deepestFlagged(segment: Entity, flag: "fault" | "error"): Entity {
  let deepest = segment;
  for (;;) {
    const next = deepest.subsegments?.find((child) => outcomeOf(child)[flag]);
    if (next === undefined) return deepest;
    deepest = next;
  }
}

/** Unlike elsewhere, the type is always there: Grafana's data source reads it without looking. */
function causeService(segment: Entity): ServiceId {
  const node = nodeOf(segment);
  return { ...serviceIdOf(node), Type: node.type };
}

function isUnexplained(path: readonly Step[], root: Entity | undefined): boolean {
  const [only, ...further] = path;
  if (further.length > 0 || only === undefined || only.segment !== root) return false;
  return only.entities.length === 1 && exceptionsOf(root).length === 0;
}

function exceptionsOf(entity: Entity): RootCauseException[] {
  if (typeof entity.cause !== "object") return [];
  return (entity.cause.exceptions ?? []).map(({ type, message }) => ({
    Name: type ?? "", // read by Grafana without looking, too
    ...(message !== undefined && { Message: message }),
  }));
}

function isRemote(entity: Entity): boolean {
  return entity.namespace === "remote" || entity.namespace === "aws";
}
