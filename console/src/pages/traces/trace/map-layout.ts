import type { Service } from "@aws-sdk/client-xray";
import { graphlib, layout } from "@dagrejs/dagre";

export interface PlacedNode {
  readonly service: Service;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly failing: boolean;
}

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const nodeWidth = 220;
export const nodeHeight = 54;

/** Places the services of a trace from left to right, as they call. */
export function layOut(services: readonly Service[]): MapLayout {
  const graph = new graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: 26, ranksep: 70, marginx: 10, marginy: 10 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(services.map(({ ReferenceId }) => ReferenceId));
  for (const { ReferenceId } of services) graph.setNode(String(ReferenceId), { width: nodeWidth, height: nodeHeight });
  const edges = services.flatMap(({ ReferenceId, Edges }) =>
    (Edges ?? [])
      .filter((edge) => known.has(edge.ReferenceId) && edge.ReferenceId !== ReferenceId)
      .map((edge) => ({ edge, from: ReferenceId ?? 0, to: edge.ReferenceId ?? 0 })),
  );
  for (const { from, to } of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Number.isFinite(width) ? width : 0,
    height: Number.isFinite(height) ? height : 0,
    nodes: services.map((service) => {
      const { x = 0, y = 0 } = graph.node(String(service.ReferenceId)) as { x?: number; y?: number };
      return { service, x, y };
    }),
    edges: edges.map(({ edge, from, to }) => {
      const { SummaryStatistics: sums } = edge;
      return {
        from,
        to,
        points: (graph.edge(String(from), String(to)) as { points: { x: number; y: number }[] }).points,
        failing: (sums?.FaultStatistics?.TotalCount ?? 0) + (sums?.ErrorStatistics?.TotalCount ?? 0) > 0,
      };
    }),
  };
}
