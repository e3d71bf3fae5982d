import type {
  ErrorRootCause,
  FaultRootCause,
  ResponseTimeRootCause,
  RootCauseException,
  ServiceId,
} from "@aws-sdk/client-xray";
import { type Caller, type CompiledTrace, walk } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { nodeOf, outcomeOf, serviceIdOf } from "./service-id.js";

/** Root causes of each kind that a summary carries. AWS publishes no number. */
const rootCausesMax = 5;

/** Response time from which a trace counts as slow. AWS's threshold is not public; seen at 2.8 s, not at 1.2 s. */
const slowResponseSeconds = 2;

/** Share of the root's response time below which a child explains nothing. */
const coverageMin = 0.5;

/** Chains of services longer than this lose their beginning, chains within one their end: a summary is not a trace. */
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
  const paths = new Paths(trace);
  const callers = new Set(flagged.map((segment) => trace.callers.get(segment)?.segment));
  const deepestFirst = flagged
    .filter((segment) => !callers.has(segment))
    .map((segment) => ({ segment, length: paths.lengthTo(segment) }))
    .sort((a, b) => b.length - a.length);
  const clientImpacting = trace.root !== undefined && outcomeOf(trace.root)[flag];
  const causes: FaultRootCause[] = [];
  for (const { segment } of deepestFirst) {
    if (causes.length === rootCausesMax) break;
    const path = paths.to(segment, deepestFlagged(segment, flag));
    if (!isUnexplained(path, trace.root))
      causes.push({ Services: path.map(failedService), ClientImpacting: clientImpacting });
  }
  return causes;
}

function failedService({ segment, entities }: Step) {
  return {
    ...causeService(segment),
    EntityPath: entities.map((entity) => ({
      Name: entity.name,
      Exceptions: exceptionsOf(entity),
      Remote: isRemote(entity),
    })),
    Inferred: segment.inferred === true,
  };
}

/** Where the time of a slow trace went: down the largest child while it covers at least half of the root's time. */
export function responseTimeRootCauses(trace: CompiledTrace): ResponseTimeRootCause[] {
  const { root } = trace;
  if (root?.end_time === undefined) return [];
  const { start_time: from, end_time: until } = root;
  if (until - from < slowResponseSeconds) return [];
  const coverage = ({ start_time, end_time = start_time }: Entity) => {
    const covered = Math.max(0, Math.min(end_time, until) - Math.max(start_time, from));
    return Math.round((covered / (until - from)) * 1000) / 1000;
  };
  const paths = new Paths(trace);
  let culprit = root;
  const seen = new Set<Entity>();
  while (seen.size < pathLengthMax && !seen.has(culprit)) {
    seen.add(culprit);
    let largest: Entity | undefined;
    for (const child of paths.below(culprit))
      if (largest === undefined || coverage(child) > coverage(largest)) largest = child;
    if (largest === undefined || coverage(largest) < coverageMin) break;
    culprit = largest;
  }
  return [
    {
      Services: paths.to(paths.segmentOf(culprit), culprit).map(({ segment, entities }) => ({
        ...causeService(segment),
        EntityPath: entities.map((entity) => ({
          Name: entity.name,
          Coverage: coverage(entity),
          Remote: isRemote(entity),
        })),
        Inferred: segment.inferred === true,
      })),
      ClientImpacting: true,
    },
  ];
}

/** Ways through a trace, inside segments and from a call to the segment it led to. */
class Paths {
  readonly #callers: CompiledTrace["callers"];
  readonly #parent = new Map<Entity, Entity>();
  readonly #called = new Map<Entity, Entity[]>();

  constructor({ segments, callers }: CompiledTrace) {
    this.#callers = callers;
    for (const segment of segments)
      walk(segment, (entity) => {
        for (const child of entity.subsegments ?? []) this.#parent.set(child, entity);
      });
    for (const [segment, { entity }] of callers) {
      const siblings = this.#called.get(entity);
      if (siblings) siblings.push(segment);
      else this.#called.set(entity, [segment]);
    }
  }

  segmentOf(entity: Entity): Entity {
    let top = entity;
    for (let parent = this.#parent.get(top); parent !== undefined; parent = this.#parent.get(top)) top = parent;
    return top;
  }

  /** Subsegments, and the segments that were called from here. */
  below(entity: Entity): Entity[] {
    return [...(entity.subsegments ?? []), ...(this.#called.get(entity) ?? [])];
  }

  /** Services in the chain from the entry to the segment. */
  lengthTo(segment: Entity): number {
    const seen = new Set<Entity>();
    for (let at: Entity | undefined = segment; at !== undefined && !seen.has(at); at = this.#callers.get(at)?.segment)
      if (seen.add(at).size === pathLengthMax) break;
    return seen.size;
  }

  /** The chain from the entry to `last`, which is `segment` or a subsegment of it. */
  to(segment: Entity, last: Entity): Step[] {
    const steps: Step[] = [];
    const seen = new Set<Entity>();
    let at: Caller | undefined = { segment, entity: last };
    while (at !== undefined && !seen.has(at.segment) && seen.size < pathLengthMax) {
      seen.add(at.segment);
      steps.push({ segment: at.segment, entities: this.#within(at.entity) });
      at = this.#callers.get(at.segment);
    }
    return steps.reverse();
  }

  /** From the segment down to `end`, both included; the near end of a path too long. */
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
