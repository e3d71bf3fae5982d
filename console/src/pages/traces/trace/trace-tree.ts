import { type Entity, readEntity, subsegmentsOf } from "./entity.js";

/** A segment or subsegment in its place. Times are seconds since the trace's start. */
export interface TraceNode {
  /** Unique in the trace, whatever ids were sent. */
  readonly key: string;
  readonly entity: Entity;
  readonly kind: "segment" | "subsegment";
  /** The segment that it is part of; itself for a segment. */
  readonly segment: TraceNode;
  readonly start: number;
  /** Of what is in progress: the end of the trace as far as it is known. */
  readonly end: number;
  readonly inProgress: boolean;
  parent: TraceNode | undefined;
  readonly children: TraceNode[];
  /** What is odd about its place. */
  oddity: "missing-parent" | "cycle" | undefined;
}

export interface TraceTree {
  /** By start. More than one where parents are missing, or where work began twice. */
  readonly roots: readonly TraceNode[];
  /** Every node, parents before children. */
  readonly nodes: readonly TraceNode[];
  /** Epoch seconds. */
  readonly startTime: number;
  /** From the first start to the last end, in seconds. */
  readonly duration: number;
  /** Documents that could not be read. */
  readonly unreadableCount: number;
}

type Draft = Omit<TraceNode, "start" | "end" | "segment"> & { start: number; end: number; segment: TraceNode };

/**
 * Puts the documents of a trace together: subsegments into their segments, segments under the calls that `parent_id`
 * names. A segment whose parent is not there is a root of its own; where segments are each other's parents, the earliest
 * of the ring becomes a root. Nothing here recurses, so that no chain is too long.
 *
 * @param documents JSON of segments, as BatchGetTraces gives them.
 */
export function buildTree(documents: readonly string[]): TraceTree {
  const { drafts, unreadableCount } = readDrafts(documents);
  const startTime = drafts.reduce((least, { entity }) => Math.min(least, entity.start), Number.POSITIVE_INFINITY);
  const endTime = drafts.reduce((most, { entity }) => Math.max(most, entity.end ?? entity.start), startTime);
  for (const draft of drafts) {
    draft.start = draft.entity.start - startTime;
    draft.end = (draft.entity.end ?? Math.max(endTime, draft.entity.start)) - startTime;
  }
  linkSegments(drafts);
  breakCycles(drafts);
  const roots = drafts.filter(({ parent }) => parent === undefined);
  for (const draft of drafts)
    if (draft.kind === "segment" && draft.parent !== undefined) draft.parent.children.push(draft);
  const byStart = (left: TraceNode, right: TraceNode) => left.start - right.start;
  for (const { children } of drafts) if (children.length > 1) children.sort(byStart);
  roots.sort(byStart);
  return {
    roots,
    nodes: parentsFirst(roots),
    startTime: drafts.length === 0 ? 0 : startTime,
    duration: drafts.length === 0 ? 0 : endTime - startTime,
    unreadableCount,
  };
}

function readDrafts(documents: readonly string[]): { drafts: Draft[]; unreadableCount: number } {
  const drafts: Draft[] = [];
  let unreadableCount = 0;
  const add = (value: unknown, parent: Draft | undefined): Draft | undefined => {
    const entity = readEntity(value);
    if (entity === undefined) {
      unreadableCount += 1;
      return undefined;
    }
    const draft = {
      key: String(drafts.length),
      entity,
      kind: parent === undefined ? ("segment" as const) : ("subsegment" as const),
      start: 0,
      end: 0,
      inProgress: entity.end === undefined,
      parent,
      children: [],
      oddity: undefined,
    } as unknown as Draft;
    draft.segment = parent === undefined ? draft : parent.segment;
    parent?.children.push(draft);
    drafts.push(draft);
    return draft;
  };
  for (const document of documents) {
    const top = add(parsed(document), undefined);
    const pending = top === undefined ? [] : [top];
    while (pending.length > 0) {
      const parent = pending.pop()!;
      for (const value of subsegmentsOf(parent.entity.raw)) {
        const child = add(value, parent);
        if (child !== undefined) pending.push(child);
      }
    }
  }
  return { drafts, unreadableCount };
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** Names the parent of each segment; the children are told once no ring is left. */
function linkSegments(drafts: readonly Draft[]): void {
  const byId = new Map<string, Draft>();
  for (const draft of drafts) if (!byId.has(draft.entity.id)) byId.set(draft.entity.id, draft);
  for (const draft of drafts) {
    const { parentId } = draft.entity;
    if (draft.kind !== "segment" || parentId === undefined) continue;
    draft.parent = byId.get(parentId);
    if (draft.parent === undefined) draft.oddity = "missing-parent";
  }
}

function breakCycles(drafts: readonly Draft[]): void {
  const walkOf = new Map<TraceNode, number>();
  for (const [walk, draft] of drafts.entries()) {
    let node: TraceNode | undefined = draft;
    while (node !== undefined && !walkOf.has(node)) {
      walkOf.set(node, walk);
      node = node.parent;
    }
    if (node !== undefined && walkOf.get(node) === walk) openRing(node);
  }
}

/** @param within any node of the ring. Only segments can be cut off: subsegments are inside their parents. */
function openRing(within: TraceNode): void {
  let first: TraceNode | undefined;
  let node = within;
  do {
    if (node.kind === "segment" && (first === undefined || node.start < first.start)) first = node;
    node = node.parent!;
  } while (node !== within);
  first!.parent = undefined;
  first!.oddity = "cycle";
}

function parentsFirst(roots: readonly TraceNode[]): TraceNode[] {
  const nodes: TraceNode[] = [];
  const pending = [...roots].reverse();
  while (pending.length > 0) {
    const node = pending.pop()!;
    nodes.push(node);
    for (let index = node.children.length - 1; index >= 0; index--) pending.push(node.children[index]!);
  }
  return nodes;
}

/**
 * Time of a node that no child of its own spent: its length less what its children cover of it. Undefined while it is in
 * progress.
 */
export function selfSeconds(node: TraceNode): number | undefined {
  if (node.inProgress) return undefined;
  let covered = 0;
  let until = node.start;
  for (const child of node.children) {
    const [from, to] = [Math.max(child.start, until), Math.min(child.end, node.end)];
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return node.end - node.start - covered;
}

/** A child that runs outside its parent: clocks that differ, or work that nobody waits for. */
export function placeBesideParent(node: TraceNode): "before" | "after" | undefined {
  const { parent } = node;
  if (parent === undefined) return undefined;
  if (node.start < parent.start - toleranceSeconds) return "before";
  return !parent.inProgress && node.end > parent.end + toleranceSeconds ? "after" : undefined;
}

/** Times are written with microseconds; sums of such are not exact. */
const toleranceSeconds = 2e-6;

/** How it ended, the worst first. */
export type Health = "fault" | "error" | "throttle" | "ok";

export function healthOf({ entity }: TraceNode): Health {
  if (entity.fault) return "fault";
  if (entity.throttle) return "throttle";
  return entity.error ? "error" : "ok";
}
