import type { Edge, Service } from "@aws-sdk/client-xray";
import { histogramOf, statisticsOf } from "./graph-statistics.js";
import { GraphSums, keyOf, nothingCounted, totalsOf } from "./graph-sums.js";
import type { EdgeTotals, GraphTotals, NodeTotals, Totals } from "./graph-totals.js";
import { type ReferenceIds, referenceIdsOf } from "./reference-ids.js";
import { clientType } from "./service-id.js";
import type { NodeId, RequestFacts, TraceFacts } from "./trace-facts.js";

/** Microseconds since the epoch, `untilUs` exclusive. */
export interface UsRange {
  readonly fromUs: number;
  readonly untilUs: number;
}

/**
 * What the traces are made of, added up.
 *
 * With a range: segments and calls that ended in it; what is in progress is not there. Without one: all of them, and
 * what is in progress is there with its start and adds nothing to counts, sums and histograms.
 */
export function graphTotals(facts: Iterable<TraceFacts>, range?: UsRange): GraphTotals {
  const graph = new GraphSums();
  const counts = ({ endUs }: RequestFacts) =>
    range === undefined || (endUs !== undefined && endUs >= range.fromUs && endUs < range.untilUs);
  for (const { segments, calls } of facts) {
    for (const segment of segments)
      if (counts(segment))
        graph.addNode({ node: segment.node, root: segment.root, inferred: segment.inferred, ...totalsOf(segment) });
    for (const call of calls)
      if (counts(call)) graph.addEdge({ ...call, ...totalsOf(call, call.link ? call.eventAgeUs : undefined) });
  }
  return graph.totals();
}

/** The totals of all the parts together. Nothing may have been counted in two of them. */
export function mergeGraphTotals(parts: Iterable<GraphTotals>): GraphTotals {
  const graph = new GraphSums();
  for (const { nodes, edges } of parts) {
    for (const node of nodes) graph.addNode(node);
    for (const edge of edges) graph.addEdge(edge);
  }
  return graph.totals();
}

/**
 * The graph as AWS words it, by ascending ReferenceId. Ends of edges that were not counted themselves are there too:
 * clients without statistics, others (the call ended in the range and the called segment did not) with empty ones.
 *
 * Source: AWS X-Ray API Reference, Service and Edge; what is left out where, as seen in real output.
 */
export function servicesOf({ nodes, edges }: GraphTotals, referenceIds: ReferenceIds = "dense"): Service[] {
  const ends = new Map<string, GraphEnd>();
  for (const totals of nodes) ends.set(keyOf(totals.node), { node: totals.node, totals, outgoing: [], touching: [] });
  const endOf = (node: NodeId) => {
    const key = keyOf(node);
    let end = ends.get(key);
    if (end === undefined) {
      end = { node, outgoing: [], touching: [] };
      ends.set(key, end);
    }
    return end;
  };
  for (const edge of edges) {
    const source = endOf(edge.source);
    source.outgoing.push(edge);
    source.touching.push(edge);
    endOf(edge.target).touching.push(edge);
  }
  const idOf = referenceIdsOf(ends.keys(), referenceIds);
  return [...ends]
    .map(([key, end]) =>
      serviceOf(
        end,
        idOf.get(key)!,
        end.outgoing.map((edge) => edgeOf(edge, idOf.get(keyOf(edge.target))!)),
      ),
    )
    .sort((a, b) => a.ReferenceId! - b.ReferenceId!);
}

/** A node with what leads to and from it. */
interface GraphEnd {
  readonly node: NodeId;
  readonly totals?: NodeTotals;
  readonly outgoing: EdgeTotals[];
  readonly touching: EdgeTotals[];
}

function serviceOf({ node, totals, touching }: GraphEnd, ReferenceId: number, Edges: Edge[]): Service {
  const service: Service = { ReferenceId, Name: node.name, Names: [node.name] };
  if (totals?.root) service.Root = true;
  if (node.accountId !== "") service.AccountId = node.accountId;
  if (node.type !== "") service.Type = node.type;
  service.State = totals !== undefined && !totals.inferred ? "active" : "unknown";
  Object.assign(service, extentOf(totals === undefined ? touching : [totals]), { Edges });
  if (totals === undefined && node.type === clientType) return service;
  const counted = totals ?? nothingCounted;
  service.SummaryStatistics = statisticsOf(counted);
  service.DurationHistogram = histogramOf(counted);
  service.ResponseTimeHistogram = histogramOf(counted);
  return service;
}

function edgeOf(totals: EdgeTotals, ReferenceId: number): Edge {
  return {
    ReferenceId,
    ...extentOf([totals]),
    SummaryStatistics: statisticsOf(totals),
    ...(totals.link
      ? { ReceivedEventAgeHistogram: histogramOf(totals), EdgeType: "link" }
      : { ResponseTimeHistogram: histogramOf(totals) }),
    Aliases: [],
  };
}

/** Whole seconds, as seen. */
function extentOf(totals: readonly Totals[]) {
  const startUs = totals.reduce((first, { startUs }) => Math.min(first, startUs), Number.POSITIVE_INFINITY);
  const endUs = totals.reduce((last, { endUs }) => Math.max(last, endUs), 0);
  return { StartTime: wholeSecond(startUs), EndTime: wholeSecond(endUs) };
}

function wholeSecond(us: number): Date {
  return new Date(Math.floor(us / 1_000_000) * 1000);
}
