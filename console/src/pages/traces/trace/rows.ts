import type { TraceNode, TraceTree } from "./trace-tree.js";

/** A line of the waterfall. */
export interface Row {
  readonly node: TraceNode;
  /** From 0. */
  readonly depth: number;
  readonly expanded: boolean | undefined;
}

/**
 * The lines that are open, from top to bottom.
 *
 * @param collapsed keys of nodes whose children are hidden.
 * @param shown which nodes to list, with all that leads to them; undefined: all.
 */
export function visibleRows(
  { roots }: TraceTree,
  collapsed: ReadonlySet<string>,
  shown?: ReadonlySet<string>,
): readonly Row[] {
  const rows: Row[] = [];
  const pending = roots.map((node) => ({ node, depth: 0 })).reverse();
  while (pending.length > 0) {
    const { node, depth } = pending.pop()!;
    if (shown !== undefined && !shown.has(node.key)) continue;
    const children = shown === undefined ? node.children : node.children.filter(({ key }) => shown.has(key));
    const expanded = children.length === 0 ? undefined : !collapsed.has(node.key);
    rows.push({ node, depth, expanded });
    if (expanded)
      for (let index = children.length - 1; index >= 0; index--)
        pending.push({ node: children[index]!, depth: depth + 1 });
  }
  return rows;
}

/** The nodes and everything above them. */
export function withAncestors(nodes: Iterable<TraceNode>): Set<string> {
  const keys = new Set<string>();
  for (const node of nodes)
    for (let above: TraceNode | undefined = node; above !== undefined && !keys.has(above.key); above = above.parent)
      keys.add(above.key);
  return keys;
}

/** Times for the ruler: round numbers, about `count` of them, from 0. */
export function ticksOf(duration: number, count = 5): readonly number[] {
  if (!(duration > 0)) return [0];
  const rough = duration / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  return Array.from({ length: Math.floor(duration / step + 1e-9) + 1 }, (_, index) => index * step);
}
