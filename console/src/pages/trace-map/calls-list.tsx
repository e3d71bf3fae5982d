import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MapEdge, MapGraph, MapNode } from "../../parts/service-map/graph.js";
import { mapTexts, requestsText, shareText } from "../../texts/service-map.js";
import { texts } from "../../texts/trace-map.js";

interface CallsListProps {
  readonly graph: MapGraph;
  readonly node: MapNode;
  readonly onSelect: (key: string) => void;
}

/** Whom a service calls and who calls it, each leading to the call. */
export function CallsList({ graph, node, onSelect }: CallsListProps) {
  const names = new Map(
    graph.nodes.map(({ key, kind, name }) => [key, kind === "client" ? mapTexts.clients : name || mapTexts.unnamed]),
  );
  const rows = (edges: readonly MapEdge[], end: "source" | "target") => (
    <ul className="calls-list">
      {edges.map((edge) => (
        <li key={edge.key}>
          <Link
            href="#"
            onFollow={(event) => {
              event.preventDefault();
              onSelect(edge.key);
            }}
          >
            {names.get(edge[end])}
          </Link>
          <span>
            {[
              requestsText(edge.outcomes.total),
              mapTexts.mean(edge.meanSeconds),
              ...(edge.outcomes.fault > 0
                ? [mapTexts.faultShare(shareText(edge.outcomes.fault, edge.outcomes.total))]
                : []),
            ].join(" · ")}
          </span>
        </li>
      ))}
    </ul>
  );
  const calledBy = graph.edges.filter(({ target }) => target === node.key);
  const calls = graph.edges.filter(({ source }) => source === node.key);
  return (
    <SpaceBetween size="l">
      {node.kind !== "client" && (
        <div>
          <Box variant="h3">{texts.calledBy}</Box>
          {calledBy.length === 0 ? texts.nobody : rows(calledBy, "source")}
        </div>
      )}
      {calls.length > 0 && (
        <div>
          <Box variant="h3">{texts.calls}</Box>
          {rows(calls, "target")}
        </div>
      )}
    </SpaceBetween>
  );
}
