import type { NodeId } from "./trace-facts.js";

/** Requests added up. Each is in exactly one class: fault before throttle before error before ok. */
export interface Totals {
  readonly okCount: number;
  readonly errorCount: number;
  readonly throttleCount: number;
  readonly faultCount: number;
  /** Sum of their lengths in microseconds. */
  readonly totalUs: number;
  /** Lengths in milliseconds (`histogramBucketMs`) and how many had them; of links, the ages of events. */
  readonly histogram: ReadonlyMap<number, number>;
  /** First start and last end of what was counted, microseconds since the epoch. */
  readonly startUs: number;
  readonly endUs: number;
}

export interface NodeTotals extends Totals {
  readonly node: NodeId;
  /** Some segment counted was the root of its trace. */
  readonly root: boolean;
  /** All segments counted were inferred. */
  readonly inferred: boolean;
}

export interface EdgeTotals extends Totals {
  readonly source: NodeId;
  readonly target: NodeId;
  readonly link: boolean;
}

/** A service graph before it is worded: nodes that were counted, and edges, whose client ends are no nodes here. */
export interface GraphTotals {
  readonly nodes: readonly NodeTotals[];
  readonly edges: readonly EdgeTotals[];
}

/** A length as histograms show it: milliseconds up to a second, three significant digits above. */
export function histogramBucketMs(lengthUs: number): number {
  const ms = Math.floor((Math.max(0, lengthUs) + 500) / 1000);
  if (ms < 1000) return ms;
  let step = 10;
  while (ms >= step * 1000) step *= 10;
  return Math.floor((ms + step / 2) / step) * step;
}
