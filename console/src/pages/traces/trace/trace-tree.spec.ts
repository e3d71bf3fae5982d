import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differencesOf } from "./compare.js";
import { criticalPath } from "./critical-path.js";
import { ticksOf, visibleRows, withAncestors } from "./rows.js";
import { buildTree, placeBesideParent, selfSeconds, type TraceNode, type TraceTree } from "./trace-tree.js";

const t0 = 1_795_000_000;

interface Sent {
  id: string;
  parent?: string;
  at: [start: number, end?: number];
  children?: Sent[];
  [member: string]: unknown;
}

function written({ id, parent, at: [start, end], children, ...more }: Sent): object {
  return {
    id,
    name: id,
    start_time: t0 + start,
    ...(end === undefined ? { in_progress: true } : { end_time: t0 + end }),
    ...(parent !== undefined && { parent_id: parent }),
    ...(children && { subsegments: children.map(written) }),
    ...more,
  };
}

const treeOf = (...sent: Sent[]) => buildTree(sent.map((each) => JSON.stringify(written(each))));
const outline = (tree: TraceTree, collapsed: string[] = []) =>
  visibleRows(tree, new Set(collapsed.map((id) => find(tree, id).key))).map(
    ({ node, depth }) => `${"  ".repeat(depth)}${node.entity.id}`,
  );
const find = (tree: TraceTree, id: string): TraceNode => tree.nodes.find(({ entity }) => entity.id === id)!;
const pathOf = (tree: TraceTree) =>
  Object.fromEntries(
    [...criticalPath(tree)].map(([{ entity }, stretches]) => [
      entity.id,
      stretches.map(({ from, until }) => `${Math.round(from * 1000)}-${Math.round(until * 1000)}`).join(" "),
    ]),
  );

const shop = () =>
  treeOf(
    { id: "payment", parent: "to-payment", at: [3, 9], children: [{ id: "bank", at: [4, 8] }] },
    {
      id: "web",
      at: [0, 10],
      children: [
        { id: "to-payment", at: [2, 9.5] },
        { id: "to-cart", at: [1, 2] },
      ],
    },
  );

describe("the tree of a trace", () => {
  it("has segments under the calls that led to them, whatever the order in which they come", () => {
    const tree = shop();
    expect(outline(tree)).toEqual(["web", "  to-cart", "  to-payment", "    payment", "      bank"]);
    expect(tree).toMatchObject({ startTime: t0, duration: 10, unreadableCount: 0 });
    expect(find(tree, "bank").segment.entity.id).toBe("payment");
  });

  it("has the children of what is closed away", () => {
    expect(outline(shop(), ["to-payment"])).toEqual(["web", "  to-cart", "  to-payment"]);
    const tree = shop();
    const shown = withAncestors([find(tree, "payment")]);
    expect(visibleRows(tree, new Set(), shown).map(({ node }) => node.entity.id)).toEqual([
      "web",
      "to-payment",
      "payment",
    ]);
  });

  it("keeps a segment whose parent is not there as a root, and says so", () => {
    const tree = treeOf({ id: "a", at: [0, 1] }, { id: "b", parent: "nowhere", at: [0.5, 2] });
    expect(outline(tree)).toEqual(["a", "b"]);
    expect(find(tree, "b").oddity).toBe("missing-parent");
  });

  it("opens rings at the earliest segment", () => {
    const tree = treeOf(
      { id: "a", parent: "in-b", at: [1, 4], children: [{ id: "in-a", at: [2, 3] }] },
      { id: "b", parent: "in-a", at: [0, 5], children: [{ id: "in-b", at: [1, 4] }] },
      { id: "self", parent: "self", at: [6, 7] },
      { id: "under", parent: "self", at: [6, 7] },
    );
    expect(outline(tree)).toEqual(["b", "  in-b", "    a", "      in-a", "self", "  under"]);
    expect(find(tree, "b").oddity).toBe("cycle");
    expect(find(tree, "a").oddity).toBeUndefined();
  });

  it("draws what has not ended up to the end of the trace", () => {
    const tree = treeOf(
      { id: "a", at: [0], children: [{ id: "b", at: [1, 3] }] },
      { id: "late", parent: "b", at: [5] },
    );
    expect(find(tree, "a")).toMatchObject({ start: 0, end: 5, inProgress: true });
    expect(find(tree, "late")).toMatchObject({ start: 5, end: 5 });
    expect(selfSeconds(find(tree, "a"))).toBeUndefined();
  });

  it("keeps both of two nodes that have the same id, and leaves out what is none", () => {
    const tree = buildTree([
      ...[1, 2].map((start) => JSON.stringify(written({ id: "same", at: [start, 3] }))),
      "not JSON",
      "null",
      JSON.stringify({ id: 7, name: "x", start_time: 1 }),
      JSON.stringify({ id: "x", name: "x", start_time: "now" }),
      '{"id":"y","name":"y","start_time":1e999}',
    ]);
    expect(tree.nodes.map(({ key }) => key)).toEqual(["0", "1"]);
    expect(tree.unreadableCount).toBe(5);
    expect(buildTree([])).toMatchObject({ roots: [], nodes: [], duration: 0 });
  });

  it("tells children that run outside their parents", () => {
    const tree = treeOf(
      { id: "a", at: [1, 2], children: [{ id: "call", at: [1, 2] }] },
      {
        id: "early",
        parent: "call",
        at: [0.9, 1.9],
      },
      { id: "late", parent: "call", at: [1.1, 3] },
    );
    expect(["call", "early", "late"].map((id) => placeBesideParent(find(tree, id)))).toEqual([
      undefined,
      "before",
      "after",
    ]);
  });

  it("takes from a node's own time what its children cover of it, once", () => {
    const tree = treeOf({
      id: "a",
      at: [0, 10],
      children: [
        { id: "b", at: [1, 4] },
        { id: "c", at: [2, 5] },
        { id: "d", at: [3, 3.5] },
        { id: "e", at: [9, 12] },
      ],
    });
    expect(selfSeconds(find(tree, "a"))).toBeCloseTo(5);
    expect(selfSeconds(find(tree, "b"))).toBeCloseTo(3);
  });

  it("is made of 10,000 segments in a chain as of 10,000 side by side", () => {
    const id = (index: number) => index.toString(16).padStart(16, "0");
    const chain = treeOf(
      ...Array.from({ length: 10_000 }, (_, index) => ({
        id: id(index),
        ...(index > 0 && { parent: id(index - 1) }),
        at: [index / 1e5, 1 - index / 1e5] as [number, number],
      })),
    );
    expect(visibleRows(chain, new Set()).at(-1)?.depth).toBe(9_999);
    expect(criticalPath(chain).size).toBe(10_000);
    const flat = treeOf({
      id: "root",
      at: [0, 10_000],
      children: Array.from({ length: 10_000 }, (_, index) => ({
        id: id(index),
        at: [index, index + 1] as [number, number],
      })),
    });
    expect(visibleRows(flat, new Set())).toHaveLength(10_001);
    expect(criticalPath(flat).size).toBe(10_000);
  });
});

describe("the critical path", () => {
  it("leads through the children that ended last, and through parents where none ran", () => {
    expect(pathOf(shop())).toEqual({
      web: "0-1000 9500-10000",
      "to-cart": "1000-2000",
      "to-payment": "2000-3000 9000-9500",
      payment: "3000-4000 8000-9000",
      bank: "4000-8000",
    });
  });

  it("counts a child as far as its parent waited for it", () => {
    expect(
      pathOf(
        treeOf(
          { id: "a", at: [1, 4], children: [{ id: "call", at: [2, 3] }] },
          { id: "b", parent: "call", at: [0, 9] },
        ),
      ),
    ).toEqual({ a: "1000-2000 3000-4000", b: "2000-3000" });
  });

  it("goes on in the root before where one root follows another", () => {
    expect(pathOf(treeOf({ id: "a", at: [0, 2] }, { id: "b", at: [3, 4] }))).toEqual({ a: "0-2000", b: "3000-4000" });
  });

  it("gives each moment to one node at most, all within the trace, for any trace", () => {
    const sent = fc.array(
      fc.record({
        parent: fc.integer({ min: -1, max: 12 }),
        start: fc.integer({ min: 0, max: 50 }),
        length: fc.integer({ min: -5, max: 40 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(sent, (items) => {
        const tree = treeOf(
          ...items.map(({ parent, start, length }, index) => ({
            id: String(index),
            parent: String(parent),
            at: (length < 0 ? [start] : [start, start + length]) as [number, number?],
          })),
        );
        expect(tree.nodes).toHaveLength(items.length);
        const stretches = [...criticalPath(tree)]
          .flatMap(([node, list]) => list.map((stretch) => ({ ...stretch, node })))
          .sort((left, right) => left.from - right.from);
        let until = 0;
        for (const stretch of stretches) {
          expect(stretch.from).toBeGreaterThanOrEqual(until);
          expect(stretch.from).toBeGreaterThanOrEqual(stretch.node.start);
          expect(stretch.until).toBeLessThanOrEqual(Math.min(stretch.node.end, tree.duration));
          until = stretch.until;
        }
      }),
    );
  });
});

it("the ruler has round times, about five, whatever the length", () => {
  expect(ticksOf(10)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticksOf(0.37).map((tick) => Number(tick.toFixed(3)))).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticksOf(0)).toEqual([0]);
});

it("two traces differ by what each service spent itself, the largest difference first", () => {
  const slower = treeOf(
    { id: "payment", parent: "to-payment", at: [3, 19], children: [{ id: "bank", at: [4, 18], fault: true }] },
    { id: "web", at: [0, 20], children: [{ id: "to-payment", at: [2, 19.5] }] },
  );
  const differences = differencesOf(shop(), slower);
  expect(differences[0]).toMatchObject({
    service: "payment",
    operation: "bank",
    left: { count: 1, failures: 0 },
    right: { count: 1, failures: 1 },
  });
  expect(differences[0]?.selfDelta).toBeCloseTo(10);
  expect(differences.find(({ operation }) => operation === "to-cart")?.right.count).toBe(0);
});
