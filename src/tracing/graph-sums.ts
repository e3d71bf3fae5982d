import { type EdgeTotals, type GraphTotals, histogramBucketMs, type NodeTotals, type Totals } from "./graph-totals.js";
import type { NodeId, RequestFacts } from "./trace-facts.js";

/** Equal for equal nodes and no others: senders choose the texts. */
export function keyOf({ name, type, accountId }: NodeId): string {
  return JSON.stringify([name, type, accountId]);
}

/**
 * One request as totals; one in progress adds nothing but its start.
 *
 * @param eventAgeUs links only: what their histogram shows in place of the length.
 */
export function totalsOf({ startUs, endUs, fault, throttle, error }: RequestFacts, eventAgeUs?: number): Totals {
  if (endUs === undefined) return { ...nothingCounted, startUs, endUs: startUs };
  const lengthUs = endUs - startUs;
  const outcome = fault ? "faultCount" : throttle ? "throttleCount" : error ? "errorCount" : "okCount";
  const histogram = new Map([[histogramBucketMs(eventAgeUs ?? lengthUs), 1]]);
  const totals = {
    okCount: 0,
    errorCount: 0,
    throttleCount: 0,
    faultCount: 0,
    totalUs: lengthUs,
    histogram,
    startUs,
    endUs,
  };
  totals[outcome] = 1;
  return totals;
}

export const nothingCounted: Totals = {
  okCount: 0,
  errorCount: 0,
  throttleCount: 0,
  faultCount: 0,
  totalUs: 0,
  histogram: new Map(),
  startUs: 0,
  endUs: 0,
};

/** Adds up nodes and edges, each with those of its name. */
export class GraphSums {
  readonly #nodes = new Map<string, Sums<NodeTotals>>();
  readonly #edges = new Map<string, Sums<EdgeTotals>>();
  /** A trace names its nodes many times, by the same objects. */
  readonly #keys = new Map<NodeId, string>();

  addNode(added: NodeTotals): void {
    const { node, root, inferred } = added;
    const key = this.#keyOf(node);
    const known = this.#nodes.get(key);
    if (known === undefined) {
      this.#nodes.set(key, { node, root, inferred, ...copyOf(added) });
      return;
    }
    add(known, added);
    known.root ||= root;
    known.inferred &&= inferred;
  }

  addEdge(added: EdgeTotals): void {
    const { source, target, link } = added;
    const key = `${this.#keyOf(source)}${this.#keyOf(target)}${link}`;
    const known = this.#edges.get(key);
    if (known === undefined) this.#edges.set(key, { source, target, link, ...copyOf(added) });
    else add(known, added);
  }

  totals(): GraphTotals {
    return { nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] };
  }

  #keyOf(node: NodeId): string {
    let key = this.#keys.get(node);
    if (key === undefined) {
      key = keyOf(node);
      this.#keys.set(node, key);
    }
    return key;
  }
}

type Sums<Kind extends Totals> = { -readonly [Member in Exclude<keyof Kind, "histogram">]: Kind[Member] } & {
  readonly histogram: Map<number, number>;
};

function copyOf({ okCount, errorCount, throttleCount, faultCount, totalUs, histogram, startUs, endUs }: Totals) {
  return { okCount, errorCount, throttleCount, faultCount, totalUs, histogram: new Map(histogram), startUs, endUs };
}

function add(sums: Sums<Totals>, added: Totals): void {
  sums.okCount += added.okCount;
  sums.errorCount += added.errorCount;
  sums.throttleCount += added.throttleCount;
  sums.faultCount += added.faultCount;
  sums.totalUs += added.totalUs;
  for (const [ms, count] of added.histogram) sums.histogram.set(ms, (sums.histogram.get(ms) ?? 0) + count);
  sums.startUs = Math.min(sums.startUs, added.startUs);
  sums.endUs = Math.max(sums.endUs, added.endUs);
}
