import type { GraphMinute } from "../../storage/trace-index.js";
import type { EdgeTotals } from "../graph-totals.js";
import type { NodeId } from "../trace-facts.js";
import type { Anomaly } from "./detect-anomalies.js";
import { nodeKey } from "./node-key.js";

/** Anomalies that one of them explains. */
export interface Incident {
  readonly rootCause: Anomaly;
  /** All of them, the root cause first. An anomaly with two causes is in two incidents. */
  readonly anomalies: readonly Anomaly[];
}

/** A service fails because of another only if that one failed before it did; what is found late is allowed for. */
const laterMsMax = 10 * 60_000;
/** Failed calls of an edge that make a cause of the called node; one may be chance. */
const failedCallsMin = 3;

/**
 * Sorts anomalies by their causes. The cause of an anomaly is an anomalous node that it calls: one that responds
 * slowly, or one whose calls from here failed. Whoever has no such cause is a root cause. Links are no calls.
 *
 * @param recent the calls of the last minutes.
 */
export function incidentsOf(anomalies: readonly Anomaly[], recent: readonly GraphMinute[]): Incident[] {
  if (anomalies.length === 0) return [];
  const byKey = new Map(anomalies.map((anomaly) => [nodeKey(anomaly.node), anomaly]));
  const causes = causesOf(
    byKey,
    recent.flatMap(({ graph }) => graph.edges),
  );
  const reached = new Map([...byKey.keys()].map((key) => [key, reachedFrom(key, causes)]));
  const taken = new Set<string>();
  const incidents: Incident[] = [];
  for (const key of [...byKey.keys()].sort((left, right) => compareRoots(byKey.get(left)!, byKey.get(right)!))) {
    // In a circle of calls each is reached by each: the first of them stands for all.
    const circle = [...reached.get(key)!].filter((other) => reached.get(other)!.has(key));
    const furtherDown = [...reached.get(key)!].some((other) => !reached.get(other)!.has(key));
    if (furtherDown || taken.has(key)) continue;
    for (const other of circle) taken.add(other);
    const rest = [...byKey].filter(([other]) => other !== key && reached.get(other)!.has(key));
    incidents.push({ rootCause: byKey.get(key)!, anomalies: [byKey.get(key)!, ...rest.map(([, anomaly]) => anomaly)] });
  }
  return incidents;
}

function causesOf(byKey: ReadonlyMap<string, Anomaly>, edges: readonly EdgeTotals[]): Map<string, Set<string>> {
  const failedCalls = new Map<string, number>();
  const causes = new Map<string, Set<string>>();
  for (const edge of edges) {
    const [source, target] = [nodeKey(edge.source), nodeKey(edge.target)];
    const [caller, called] = [byKey.get(source), byKey.get(target)];
    if (edge.link || source === target || caller === undefined || called === undefined) continue;
    if (called.sinceMs > caller.sinceMs + laterMsMax) continue;
    const pair = JSON.stringify([source, target]);
    const failed = (failedCalls.get(pair) ?? 0) + edge.faultCount;
    failedCalls.set(pair, failed);
    if (failed < failedCallsMin && !called.kinds.includes("latency")) continue;
    causes.set(source, (causes.get(source) ?? new Set()).add(target));
  }
  return causes;
}

/** Everything that lies further down, itself included. */
export function reachedFrom(key: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set([key]);
  for (const each of reached) for (const other of next.get(each) ?? []) reached.add(other);
  return reached;
}

/** What began first; else in an order that is always the same. */
function compareRoots(left: Anomaly, right: Anomaly): number {
  return left.sinceMs - right.sinceMs || (nodeKey(left.node) < nodeKey(right.node) ? -1 : 1);
}

/** Edges as a map from node to the nodes it calls, by their keys. */
export function callsOf(
  edges: readonly { readonly source: NodeId; readonly target: NodeId; readonly link: boolean }[],
) {
  const calls = new Map<string, Set<string>>();
  for (const { source, target, link } of edges) {
    if (link) continue;
    const key = nodeKey(source);
    calls.set(key, (calls.get(key) ?? new Set()).add(nodeKey(target)));
  }
  return calls;
}
