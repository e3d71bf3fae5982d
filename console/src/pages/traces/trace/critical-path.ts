import type { TraceNode, TraceTree } from "./trace-tree.js";

/** A stretch of a node on the critical path, in seconds since the trace's start. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

interface Walk {
  readonly node: TraceNode | undefined;
  readonly from: number;
  /** Everything after this is told. */
  cursor: number;
  /** By end, the last on top. */
  readonly waiting: TraceNode[];
}

/**
 * What the length of a trace was made of: walked backwards from its end, always into the child that ended last before
 * that point, and into the parent where no child ran.
 *
 *     web      |=====---------------===|
 *     cart          |----|
 *     payment       |-------------==|        = is on the path
 *     bank             |===========|
 *
 * A child that runs outside its parent counts as far as it is inside: nobody waited for the rest. What has not ended
 * counts up to the end of the trace as far as it is known. Each moment belongs to one node at most.
 */
export function criticalPath({ roots, duration }: TraceTree): ReadonlyMap<TraceNode, readonly Stretch[]> {
  const path = new Map<TraceNode, Stretch[]>();
  const add = (node: TraceNode | undefined, from: number, until: number) => {
    if (node === undefined || until <= from) return;
    const stretches = path.get(node);
    if (stretches === undefined) path.set(node, [{ from, until }]);
    else stretches.unshift({ from, until });
  };
  const walks: Walk[] = [walkOf(undefined, roots, 0, duration)];
  while (walks.length > 0) {
    const walk = walks.at(-1)!;
    const child = walk.waiting.pop();
    if (child === undefined) {
      add(walk.node, walk.from, walk.cursor);
      walks.pop();
      continue;
    }
    const until = Math.min(child.end, walk.cursor);
    const from = Math.max(child.start, walk.from);
    if (until <= from) continue;
    add(walk.node, until, walk.cursor);
    walk.cursor = from;
    walks.push(walkOf(child, child.children, from, until));
  }
  return path;
}

function walkOf(node: TraceNode | undefined, children: readonly TraceNode[], from: number, until: number): Walk {
  // Of those that end together, the one that began first explains more.
  const waiting = [...children].sort((left, right) => {
    const ends = Math.min(left.end, until) - Math.min(right.end, until);
    return ends !== 0 ? ends : right.start - left.start;
  });
  return { node, from, cursor: until, waiting };
}
