import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useMemo } from "react";
import type { MapEdge, MapGraph, MapNode, Outcomes, Traffic } from "../../parts/service-map/graph.js";
import { quantileOf } from "../../parts/service-map/histogram.js";
import { common } from "../../texts/common.js";
import { countText, mapTexts, shareText, typeText } from "../../texts/service-map.js";
import { texts } from "../../texts/trace-map.js";

type NamedEdge = MapEdge & { readonly from: string; readonly to: string };

interface MapTableProps {
  readonly graph: MapGraph;
  readonly found: ReadonlySet<string> | undefined;
  readonly onOpen: (key: string) => void;
}

/** The map as tables: everything it shows, to be sorted, and to be read aloud. */
export function MapTable({ graph, found, onOpen }: MapTableProps) {
  const nodes = useMemo(() => graph.nodes.filter(({ key }) => found === undefined || found.has(key)), [graph, found]);
  const edges = useMemo(() => namedEdges(graph, found), [graph, found]);
  const opener = (key: string, text: string) => (
    <Link
      href="#"
      onFollow={(event) => {
        event.preventDefault();
        onOpen(key);
      }}
    >
      {text}
    </Link>
  );
  return (
    <SpaceBetween size="l">
      <SortedTable<MapNode>
        header={texts.services}
        items={nodes}
        columns={[
          {
            id: "name",
            header: texts.service,
            cell: (node: MapNode) => opener(node.key, nameOf(node)),
            sortingField: "name",
            isRowHeader: true,
          },
          {
            id: "type",
            header: texts.type,
            cell: ({ type }: MapNode) => typeText(type) || common.nothing,
            sortingField: "type",
          },
          ...trafficColumns,
        ]}
      />
      <SortedTable<NamedEdge>
        header={texts.calls}
        items={edges}
        columns={[
          {
            id: "from",
            header: texts.from,
            cell: (edge: NamedEdge) => opener(edge.key, edge.from),
            sortingField: "from",
            isRowHeader: true,
          },
          { id: "to", header: texts.to, cell: ({ to }: NamedEdge) => to, sortingField: "to" },
          ...trafficColumns,
        ]}
      />
    </SpaceBetween>
  );
}

function SortedTable<Item extends { readonly key: string }>(props: {
  readonly header: string;
  readonly items: readonly Item[];
  readonly columns: TableProps.ColumnDefinition<Item>[];
}) {
  const { header, items: all, columns } = props;
  const { items, collectionProps } = useCollection(all, {
    sorting: { defaultState: { sortingColumn: columns[2]!, isDescending: true } },
  });
  return (
    <Table
      {...collectionProps}
      header={<Header counter={`(${all.length})`}>{header}</Header>}
      items={items}
      columnDefinitions={columns}
      trackBy="key"
      variant="container"
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: header }}
      empty={texts.empty}
    />
  );
}

function shareColumn(id: keyof Outcomes, header: string): TableProps.ColumnDefinition<Traffic> {
  return {
    id,
    header,
    cell: ({ outcomes }) =>
      outcomes[id] === 0 ? "0" : `${countText(outcomes[id])} (${shareText(outcomes[id], outcomes.total)})`,
    sortingComparator: (left, right) => left.outcomes[id] - right.outcomes[id],
  };
}

/** Made once: a table knows the column it is sorted by as it was given. */
const trafficColumns: readonly TableProps.ColumnDefinition<Traffic>[] = [
  {
    id: "requests",
    header: texts.requests,
    cell: ({ outcomes }) => countText(outcomes.total),
    sortingComparator: (left, right) => left.outcomes.total - right.outcomes.total,
  },
  shareColumn("fault", texts.faults),
  shareColumn("error", texts.errors),
  shareColumn("throttle", texts.throttled),
  {
    id: "mean",
    header: texts.mean,
    cell: ({ meanSeconds }) => mapTexts.mean(meanSeconds),
    sortingComparator: (left, right) => (left.meanSeconds ?? 0) - (right.meanSeconds ?? 0),
  },
  {
    id: "slowest",
    header: texts.slowest,
    cell: ({ histogram }) => mapTexts.mean(quantileOf(histogram, 0.95)),
    sortingComparator: (left, right) =>
      (quantileOf(left.histogram, 0.95) ?? 0) - (quantileOf(right.histogram, 0.95) ?? 0),
  },
];

function nameOf({ kind, name }: MapNode): string {
  return kind === "client" ? mapTexts.clientsOf(name) : name || mapTexts.unnamed;
}

function namedEdges({ nodes, edges }: MapGraph, found: ReadonlySet<string> | undefined): NamedEdge[] {
  const names = new Map(nodes.map((node) => [node.key, nameOf(node)]));
  return edges
    .filter(({ source, target }) => found === undefined || found.has(source) || found.has(target))
    .map((edge) => ({ ...edge, from: names.get(edge.source) ?? "", to: names.get(edge.target) ?? "" }));
}
