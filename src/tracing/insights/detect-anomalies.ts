import type { GraphMinute } from "../../storage/trace-index.js";
import type { NodeTotals, Totals } from "../graph-totals.js";
import type { NodeId } from "../trace-facts.js";
import { type AnomalyKind, NodeHistory, sparseWindowMinutes } from "./node-history.js";
import { nodeKey } from "./node-key.js";
import { upperNormalQuantile } from "./normal-quantile.js";

/** A node with more faults or slow requests than usual, from the time on at which that began. Epoch milliseconds. */
export interface Anomaly {
  readonly node: NodeId;
  /** What is wrong with it now. */
  readonly kinds: readonly AnomalyKind[];
  readonly sinceMs: number;
  /** The last minute in which it was outside its band. */
  readonly lastOutsideMs: number;
}

/**
 * Incidents a day and group that are none, if every minute of every node were independent of every other: the width of
 * the bands follows from it and from the number of nodes. What minutes have in common is in the bands themselves:
 * a window is judged as if all its requests shared one rate.
 */
export const falseAlarmsPerDay = 0.01;

/** An anomaly has ended after so long inside the band. */
const calmMinutes = 10;
/** By then it is the normal state: nothing is left to compare with. */
const anomalyHoursMax = 24;
/** Nodes of a group that are looked at. */
export const nodesPerGroupMax = 500;

const minuteMs = 60_000;
const minutesPerDay = 1440;
const kinds = ["fault", "latency"] as const;

interface OpenAnomaly {
  readonly node: NodeId;
  readonly sinceMs: number;
  lastOutsideMs: number;
  /** When each kind was last outside. */
  readonly lastOfKind: Map<AnomalyKind, number>;
}

/**
 * Watches the nodes of one group, minute by minute. Knows nothing but what it is told, so the same minutes give the same
 * anomalies.
 */
export class AnomalyDetector {
  readonly #nodes = new Map<string, NodeHistory>();
  readonly #open = new Map<string, OpenAnomaly>();
  /** The last minutes, oldest first. */
  #recent: GraphMinute[] = [];
  #nodesLeftOut = 0;

  /** Takes up anomalies that are known from before. */
  resume(anomalies: readonly Anomaly[]): void {
    for (const { node, sinceMs, lastOutsideMs, kinds: known } of anomalies) {
      const lastOfKind = new Map(known.map((kind) => [kind, lastOutsideMs]));
      this.#open.set(nodeKey(node), { node, sinceMs, lastOutsideMs, lastOfKind });
    }
  }

  /**
   * Takes a minute into what is usual without judging it; minutes may come in any order.
   *
   * @param incident whether the node was in one in that minute.
   */
  learn({ minuteMs: atMs, graph }: GraphMinute, incident: (node: NodeId) => boolean): void {
    this.#remember({ minuteMs: atMs, graph });
    for (const node of graph.nodes)
      this.#historyOf(node)?.add(minuteOf(atMs, node), incident(node.node) || this.#isOpenAt(node.node, atMs));
  }

  /** Minutes are judged in their order. @returns what is wrong at its end. */
  judge({ minuteMs: atMs, graph }: GraphMinute): Anomaly[] {
    this.#nodesLeftOut = 0;
    this.#remember({ minuteMs: atMs, graph });
    for (const [key, history] of this.#nodes) if (!history.forget(atMs)) this.#nodes.delete(key);
    for (const node of byTraffic(graph.nodes)) this.#historyOf(node)?.add(minuteOf(atMs, node));
    const width = this.#windowWidth();
    for (const { node } of graph.nodes) this.#judgeNode(node, atMs, width);
    for (const [key, anomaly] of this.#open)
      if (
        atMs - anomaly.lastOutsideMs >= calmMinutes * minuteMs ||
        atMs - anomaly.sinceMs >= anomalyHoursMax * 3_600_000
      )
        this.#open.delete(key);
    return this.anomalies;
  }

  get anomalies(): Anomaly[] {
    return [...this.#open.values()].map(({ node, sinceMs, lastOutsideMs, lastOfKind }) => ({
      node,
      sinceMs,
      lastOutsideMs,
      kinds: kinds.filter((kind) => (lastOfKind.get(kind) ?? 0) > lastOutsideMs - calmMinutes * minuteMs),
    }));
  }

  /** The last quarter of an hour, oldest first: enough to look back to the beginning of what was just found. */
  get recent(): readonly GraphMinute[] {
    return this.#recent;
  }

  /** Nodes of the last minute that there were too many of. */
  get nodesLeftOut(): number {
    return this.#nodesLeftOut;
  }

  /** Milliseconds from which on a request to the node is slow. */
  slowMs(node: NodeId): number | undefined {
    return this.#nodes.get(nodeKey(node))?.slowMs;
  }

  slowCountAt(node: NodeId, atMs: number): number {
    return this.#nodes.get(nodeKey(node))?.slowCountAt(atMs) ?? 0;
  }

  #judgeNode(node: NodeId, atMs: number, width: number): void {
    const key = nodeKey(node);
    const history = this.#nodes.get(key);
    if (history === undefined || history.totalCountAt(atMs) === 0) return;
    for (const kind of kinds) {
      const { outside, incidentSinceMs } = history.judge(kind, atMs, width);
      const known = this.#open.get(key);
      if (known === undefined && incidentSinceMs !== undefined)
        this.#open.set(key, {
          node,
          sinceMs: incidentSinceMs,
          lastOutsideMs: atMs,
          lastOfKind: new Map([[kind, atMs]]),
        });
      else if (known !== undefined && (incidentSinceMs !== undefined || (outside && known.lastOfKind.has(kind)))) {
        known.lastOutsideMs = atMs;
        known.lastOfKind.set(kind, atMs);
      }
    }
    const open = this.#open.get(key);
    if (open) history.markIncident(open.sinceMs);
  }

  /** All nodes, both kinds and all minutes of a day share the false alarms that are allowed. */
  #windowWidth(): number {
    return upperNormalQuantile(falseAlarmsPerDay / (Math.max(1, this.#nodes.size) * kinds.length * minutesPerDay));
  }

  #isOpenAt(node: NodeId, atMs: number): boolean {
    const open = this.#open.get(nodeKey(node));
    return open !== undefined && atMs >= open.sinceMs;
  }

  #historyOf({ node }: NodeTotals): NodeHistory | undefined {
    const key = nodeKey(node);
    const known = this.#nodes.get(key);
    if (known) return known;
    if (this.#nodes.size >= nodesPerGroupMax) {
      this.#nodesLeftOut++;
      return undefined;
    }
    const history = new NodeHistory();
    this.#nodes.set(key, history);
    return history;
  }

  #remember(minute: GraphMinute): void {
    const others = this.#recent.filter((each) => each.minuteMs !== minute.minuteMs);
    this.#recent = [...others, minute].sort((left, right) => left.minuteMs - right.minuteMs);
    const lastMs = this.#recent.at(-1)!.minuteMs;
    this.#recent = this.#recent.filter((each) => each.minuteMs > lastMs - sparseWindowMinutes * minuteMs);
  }
}

export function totalCountOf({ okCount, errorCount, throttleCount, faultCount }: Totals): number {
  return okCount + errorCount + throttleCount + faultCount;
}

function minuteOf(atMs: number, node: NodeTotals) {
  const { faultCount, histogram } = node;
  return { minuteMs: atMs, totalCount: totalCountOf(node), faultCount, histogram };
}

/** Where there are too many nodes, those with most requests are looked at. */
function byTraffic(nodes: readonly NodeTotals[]): NodeTotals[] {
  return [...nodes].sort((left, right) => totalCountOf(right) - totalCountOf(left));
}
