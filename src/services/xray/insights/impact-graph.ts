import type { InsightImpactGraphService } from "@aws-sdk/client-xray";
import type { GraphTotals } from "../../../tracing/graph-totals.js";
import { callsOf, reachedFrom } from "../../../tracing/insights/causes.js";
import type { Insight } from "../../../tracing/insights/insight.js";
import { nodeKey } from "../../../tracing/insights/node-key.js";
import type { NodeId } from "../../../tracing/trace-facts.js";

/**
 * The part of a graph that an insight is about: its services, whatever calls its root cause, directly or not, and the
 * clients of those. Only who calls whom, without figures.
 *
 * @returns in an order that depends on the graph alone; `ReferenceId`s are places in it.
 */
export function impactGraph(graph: GraphTotals, insight: Insight): InsightImpactGraphService[] {
  const calls = callsOf(graph.edges);
  const root = nodeKey(insight.rootCause);
  const anomalous = new Set(insight.services.map(({ node }) => nodeKey(node)));
  const concerned = (node: NodeId) => {
    const key = nodeKey(node);
    return node.type === "client" ? false : anomalous.has(key) || reachedFrom(key, calls).has(root);
  };
  const nodes = new Map<string, NodeId>();
  for (const { node } of graph.nodes) if (concerned(node)) nodes.set(nodeKey(node), node);
  for (const { source, target } of graph.edges)
    if (source.type === "client" && nodes.has(nodeKey(target))) nodes.set(nodeKey(source), source);

  const keys = [...nodes.keys()].sort();
  const references = new Map(keys.map((key, i) => [key, i]));
  const edges = new Map(keys.map((key) => [key, new Set<number>()]));
  for (const { source, target } of graph.edges) {
    const reference = references.get(nodeKey(target));
    if (reference !== undefined) edges.get(nodeKey(source))?.add(reference);
  }
  return keys.map((key) => {
    const { name, type, accountId } = nodes.get(key)!;
    return {
      ReferenceId: references.get(key)!,
      ...(type !== "" && { Type: type }),
      Name: name,
      Names: [name],
      ...(accountId !== "" && { AccountId: accountId }),
      Edges: [...edges.get(key)!].sort((left, right) => left - right).map((ReferenceId) => ({ ReferenceId })),
    };
  });
}
