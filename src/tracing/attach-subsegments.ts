import type { Entity } from "./entity.js";

/** A stored document, read, with what decides between two of the same id. */
export interface ReceivedEntity {
  readonly entity: Entity;
  readonly receivedMs: number;
}

/**
 * Levels of subsegments a compiled trace may have. AWS names no limit; without one, subsegments sent one by one could be
 * chained until no JSON writer can follow. Deeper ones stay items of their own.
 */
export const subsegmentDepthMax = 1000;

interface Placed {
  readonly entity: Entity;
  readonly receivedMs: number;
  readonly depth: number;
}

/**
 * Puts detached subsegments into their parents, whatever the order in which they came; a child that is both embedded and
 * sent on its own is one. Lambda: what an SDK sends for the function goes under the service's `Invocation`.
 *
 * @param segments changed: they receive their subsegments.
 * @returns the detached subsegments without a parent in the trace, with their own children attached.
 */
export function attachSubsegments(segments: readonly ReceivedEntity[], detached: readonly ReceivedEntity[]): Entity[] {
  const waiting = waitingByParent(detached);
  const placed = new Map<string, Placed>();
  for (const segment of segments)
    if (!placed.has(segment.entity.id)) placed.set(segment.entity.id, { ...segment, depth: 0 });
  settle([...placed.values()], waiting, placed);

  const orphans: Entity[] = [];
  const stand = (parentId: string, children: readonly ReceivedEntity[]) => {
    waiting.delete(parentId);
    for (const child of children) {
      const former = placed.get(child.entity.id);
      if (former) unite(former, child);
      else orphans.push(child.entity);
      const top = former ?? { ...child, depth: 0 };
      placed.set(child.entity.id, top);
      settle([top], waiting, placed);
    }
  };
  // First those whose parent nobody has; what is left after them hangs in a ring, and any of it may be the first.
  const idsToCome = new Set([...waiting.values()].flatMap((children) => children.flatMap(idsWithin)));
  for (const [parentId, children] of [...waiting]) if (!idsToCome.has(parentId)) stand(parentId, children);
  for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) stand(...next.value);
  return orphans;
}

function waitingByParent(detached: readonly ReceivedEntity[]): Map<string, ReceivedEntity[]> {
  const waiting = new Map<string, ReceivedEntity[]>();
  const inOrder = [...detached].sort(
    (a, b) => a.entity.start_time - b.entity.start_time || (a.entity.id < b.entity.id ? -1 : 1),
  );
  for (const child of inOrder) {
    const parentId = child.entity.parent_id ?? "";
    const siblings = waiting.get(parentId);
    if (siblings) siblings.push(child);
    else waiting.set(parentId, [child]);
  }
  return waiting;
}

/** Walks trees from their tops and hangs into each entity what waits for it. */
function settle(pending: Placed[], waiting: Map<string, ReceivedEntity[]>, placed: Map<string, Placed>): void {
  while (pending.length > 0) {
    const parent = pending.pop()!;
    const { entity, depth, receivedMs } = parent;
    const candidates: ReceivedEntity[] = (entity.subsegments ?? []).map((child) => ({ entity: child, receivedMs }));
    const arriving = depth < subsegmentDepthMax ? (waiting.get(entity.id) ?? []) : [];
    if (arriving.length > 0) {
      waiting.delete(entity.id);
      const invocation = invocationOf(entity);
      if (invocation) invocation.subsegments = [...(invocation.subsegments ?? []), ...arriving.map(embedded)];
      else candidates.push(...arriving.map((child) => ({ ...child, entity: embedded(child) })));
    }
    delete entity.subsegments; // what is there after the loop was united into this entity meanwhile
    const kept: Entity[] = [];
    for (const candidate of candidates) {
      const former = placed.get(candidate.entity.id);
      if (former === undefined) {
        const child = { ...candidate, depth: depth + 1 };
        placed.set(candidate.entity.id, child);
        kept.push(candidate.entity);
        pending.push(child);
      } else if (former.entity !== candidate.entity) {
        unite(former, candidate);
        if (candidate.entity.subsegments) pending.push(former); // its children have grown
      } else kept.push(candidate.entity);
    }
    kept.push(...(parent.entity.subsegments ?? []));
    if (kept.length > 0) entity.subsegments = kept;
  }
}

/** What a subsegment sent on its own loses once it is inside its parent. */
function embedded({ entity }: ReceivedEntity): Entity {
  delete entity.trace_id;
  delete entity.parent_id;
  delete entity.type;
  return entity;
}

function invocationOf(entity: Entity): Entity | undefined {
  if (entity.origin !== "AWS::Lambda::Function") return undefined;
  return entity.subsegments?.find((child) => child.name === "Invocation");
}

/** Two copies of one subsegment: complete wins over in progress, then the one received last; children of both stay. */
function unite(former: Placed, other: ReceivedEntity): void {
  const children = former.entity.subsegments ?? [];
  if (other.entity.subsegments) children.push(...other.entity.subsegments);
  const formerComplete = former.entity.end_time !== undefined;
  const otherComplete = other.entity.end_time !== undefined;
  const otherWins = formerComplete === otherComplete ? other.receivedMs > former.receivedMs : otherComplete;
  // A segment keeps its place: a subsegment that bears its id gives it children, never its fields.
  if (otherWins && former.depth > 0) {
    for (const key of Object.keys(former.entity)) delete (former.entity as unknown as Record<string, unknown>)[key];
    Object.assign(former.entity, other.entity, { trace_id: undefined, parent_id: undefined, type: undefined });
  }
  if (children.length > 0) {
    delete former.entity.subsegments; // so that it stands last again
    former.entity.subsegments = children;
  }
}

function idsWithin({ entity }: ReceivedEntity): string[] {
  const ids: string[] = [];
  const pending = [entity];
  while (pending.length > 0) {
    const { id, subsegments } = pending.pop()!;
    ids.push(id);
    if (subsegments) pending.push(...subsegments);
  }
  return ids;
}
