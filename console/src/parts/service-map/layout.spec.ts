import { describe, expect, it } from "vitest";
import type { MapGraph } from "./graph.js";
import { nodeHeight, nodeTowards, nodeWidth, type Places, placeNodes } from "./layout.js";

const traffic = {
  outcomes: { total: 0, ok: 0, error: 0, throttle: 0, fault: 0 },
  meanSeconds: undefined,
  histogram: [],
};

/** `a>b` is a call; a name alone a node. */
function graphOf(...parts: string[]): MapGraph {
  const names = [...new Set(parts.flatMap((part) => part.split(">")))].sort();
  return {
    nodes: names.map((key) => ({ key, name: key, type: "", accountId: "", kind: "service", ...traffic })),
    edges: parts
      .filter((part) => part.includes(">"))
      .sort()
      .map((key) => ({ key, source: key.split(">")[0]!, target: key.split(">")[1]!, isLink: false, ...traffic })),
  };
}

/** A tree of services, three calls each. */
function tree(nodes: number): MapGraph {
  const name = (index: number) => `s${String(index).padStart(4, "0")}`;
  return graphOf(
    ...Array.from({ length: nodes - 1 }, (_, index) => `${name(Math.floor(index / 3))}>${name(index + 1)}`),
  );
}

function expectNoOverlap(places: Places): void {
  const points = [...places.values()];
  const overlaps = points.filter((one, index) =>
    points.slice(index + 1).some(({ x, y }) => Math.abs(one.x - x) < nodeWidth && Math.abs(one.y - y) < nodeHeight),
  );
  expect(overlaps).toEqual([]);
}

const none: Places = new Map();

describe("the places of a map", () => {
  it("go from callers to what they call", () => {
    const places = placeNodes(graphOf("web>cart", "cart>table"), none);
    expect(places.get("web")!.x).toBeLessThan(places.get("cart")!.x);
    expect(places.get("cart")!.x).toBeLessThan(places.get("table")!.x);
  });

  it("stay when nodes come and go, and the new ones stand beside their neighbours", () => {
    const before = placeNodes(graphOf("web>cart", "web>payment"), none);
    const after = placeNodes(graphOf("web>cart", "web>payment", "web>search", "search>index", "alone"), before);
    for (const [key, place] of before) expect(after.get(key)).toEqual(place);
    expect(after.get("search")!.x).toBeGreaterThan(after.get("web")!.x);
    expect(after.get("index")!.x).toBeGreaterThan(after.get("search")!.x);
    expect(after.get("alone")!.y).toBeGreaterThan(Math.max(...[...before.values()].map(({ y }) => y)));
    expectNoOverlap(after);
    expect(placeNodes(graphOf("web>cart"), after)).toBe(after);
  });

  it("wait for a node that is away", () => {
    const before = placeNodes(graphOf("web>cart", "web>payment"), none);
    const without = placeNodes(graphOf("web>payment", "web>other"), before);
    expectNoOverlap(without);
    expect(placeNodes(graphOf("web>cart", "web>payment"), without).get("cart")).toEqual(before.get("cart"));
  });

  it("of other services altogether are below those known", () => {
    const before = placeNodes(graphOf("web>cart"), none);
    const after = placeNodes(graphOf("mail>queue"), before);
    expect(after.get("mail")!.y).toBeGreaterThan(before.get("web")!.y);
    expectNoOverlap(after);
  });

  it("depend on nothing but the graph and the places known", () => {
    const graph = tree(120);
    const part = placeNodes(tree(60), none);
    expect(placeNodes(graph, none)).toEqual(placeNodes(tree(120), none));
    expect([...placeNodes(graph, part)]).toEqual([...placeNodes(tree(120), new Map(part))]);
  });

  it("hold with calls in circles and to oneself", () => {
    expectNoOverlap(placeNodes(graphOf("a>b", "b>c", "c>a", "a>a"), none));
  });

  it("of 300 services are free of overlap, at once and when they came one after another", () => {
    expectNoOverlap(placeNodes(tree(300), none));
    let places = none;
    for (let nodes = 20; nodes <= 300; nodes += 40) places = placeNodes(tree(nodes), places);
    expect(places.size).toBe(300);
    expectNoOverlap(places);
  });
});

it("arrow keys go to the nearest node ahead", () => {
  const places: Places = new Map([
    ["middle", { x: 0, y: 0 }],
    ["far right", { x: 400, y: 0 }],
    ["right", { x: 200, y: 40 }],
    ["below", { x: 10, y: 150 }],
  ]);
  expect(nodeTowards(places, "middle", "right")).toBe("right");
  expect(nodeTowards(places, "middle", "down")).toBe("below");
  expect(nodeTowards(places, "middle", "left")).toBeUndefined();
  expect(nodeTowards(places, "right", "right")).toBe("far right");
});
