import { Graph, layout } from "@dagrejs/dagre";
import type { MapGraph } from "./graph.js";

/** The middle of a node. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** By key of the node. */
export type Places = ReadonlyMap<string, Point>;

/** What a node with its texts needs. */
export const nodeWidth = 150;
export const nodeHeight = 118;
const columnGap = 90;
const rowGap = 26;
const columnWidth = nodeWidth + columnGap;
const rowHeight = nodeHeight + rowGap;

/**
 * Where each node stands. Whoever has a place keeps it, so that a person finds things where they were: a new node goes
 * beside whom it calls or is called by. The first nodes of all are arranged together.
 *
 * @param known earlier places, also of nodes that are not there now: nobody takes those, so one that comes back finds
 *   its own.
 * @returns the known places and those of the graph's other nodes. The same graph and places always give the same.
 */
export function placeNodes(graph: MapGraph, known: Places): Places {
  const fresh = graph.nodes.filter(({ key }) => !known.has(key)).map(({ key }) => key);
  if (fresh.length === 0) return known;
  if (fresh.length === graph.nodes.length) return new Map([...known, ...below(arrange(graph), known)]);

  const places = new Map(known);
  const neighbours = neighboursOf(graph);
  let waiting = fresh;
  while (waiting.length > 0) {
    // Those beside somebody who has a place come first; what touches nobody goes below all.
    const next = waiting.find((key) => touches(neighbours.get(key), places)) ?? waiting[0]!;
    places.set(next, freePlace(wishOf(neighbours.get(next), places), places));
    waiting = waiting.filter((key) => key !== next);
  }
  return places;
}

/** All nodes anew, callers left of what they call. */
export function arrange({ nodes, edges }: MapGraph): Places {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: rowGap, ranksep: columnGap, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { key } of nodes) graph.setNode(key, { width: nodeWidth, height: nodeHeight });
  for (const { source, target } of edges) if (source !== target) graph.setEdge(source, target);
  layout(graph);
  return new Map(
    nodes.map(({ key }) => {
      const { x, y } = graph.node(key) as Point;
      return [key, { x: Math.round(x), y: Math.round(y) }];
    }),
  );
}

interface Neighbours {
  readonly callers: string[];
  readonly called: string[];
}

function neighboursOf({ nodes, edges }: MapGraph): ReadonlyMap<string, Neighbours> {
  const neighbours = new Map(nodes.map(({ key }): [string, Neighbours] => [key, { callers: [], called: [] }]));
  for (const { source, target } of edges) {
    if (source === target) continue;
    neighbours.get(source)?.called.push(target);
    neighbours.get(target)?.callers.push(source);
  }
  return neighbours;
}

function touches(neighbours: Neighbours | undefined, places: Places): boolean {
  return neighbours !== undefined && [...neighbours.callers, ...neighbours.called].some((key) => places.has(key));
}

/** Right of the callers; else left of the called; else below everything. */
function wishOf(neighbours: Neighbours | undefined, places: Places): Point {
  const placesOf = (keys: readonly string[] = []) => keys.flatMap((key) => places.get(key) ?? []);
  const callers = placesOf(neighbours?.callers);
  const called = placesOf(neighbours?.called);
  const middle = (points: readonly Point[]) => Math.round(points.reduce((sum, { y }) => sum + y, 0) / points.length);
  if (callers.length > 0) return { x: Math.max(...callers.map(({ x }) => x)) + columnWidth, y: middle(callers) };
  if (called.length > 0) return { x: Math.min(...called.map(({ x }) => x)) - columnWidth, y: middle(called) };
  const { left, bottom } = extentOf(places);
  return { x: left + nodeWidth / 2, y: bottom + rowGap + nodeHeight / 2 };
}

/** The free place in the column that is nearest to the wish, downwards first. */
function freePlace(wish: Point, places: Places): Point {
  const taken = [...places.values()].filter(({ x }) => Math.abs(x - wish.x) < nodeWidth).map(({ y }) => y);
  for (let row = 0; ; row++)
    for (const y of row === 0 ? [wish.y] : [wish.y + row * rowHeight, wish.y - row * rowHeight])
      if (taken.every((other) => Math.abs(other - y) >= nodeHeight)) return { x: wish.x, y };
}

function below(arranged: Places, known: Places): Places {
  if (known.size === 0) return arranged;
  const shift = extentOf(known).bottom + rowHeight - extentOf(arranged).top;
  return new Map([...arranged].map(([key, { x, y }]) => [key, { x, y: y + shift }]));
}

export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box around nodes and their texts; an empty one for none. */
export function extentOf(places: Places): Extent {
  const points = [...places.values()];
  if (points.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x - nodeWidth / 2);
    right = Math.max(right, x + nodeWidth / 2);
    top = Math.min(top, y - nodeHeight / 2);
    bottom = Math.max(bottom, y + nodeHeight / 2);
  }
  return { left, top, right, bottom };
}

export type Direction = "left" | "right" | "up" | "down";

/** The nearest node in a direction, what lies straight ahead before what lies aside. */
export function nodeTowards(places: Places, from: string, direction: Direction): string | undefined {
  const start = places.get(from);
  if (start === undefined) return undefined;
  let best: { key: string; cost: number } | undefined;
  for (const [key, { x, y }] of places) {
    if (key === from) continue;
    const [dx, dy] = [x - start.x, y - start.y];
    const [ahead, aside] = {
      left: [-dx, dy] as const,
      right: [dx, dy] as const,
      up: [-dy, dx] as const,
      down: [dy, dx] as const,
    }[direction];
    if (ahead <= 0) continue;
    const cost = ahead + 2 * Math.abs(aside);
    if (best === undefined || cost < best.cost || (cost === best.cost && key < best.key)) best = { key, cost };
  }
  return best?.key;
}
