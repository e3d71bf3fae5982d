import Button from "@cloudscape-design/components/button";
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { mapTexts } from "../../texts/service-map.js";
import type { MapGraph } from "./graph.js";
import { type Direction, extentOf, nodeTowards, type Places } from "./layout.js";
import { MapEdge } from "./map-edge.js";
import { domIdOf, MapNode } from "./map-node.js";
import { useView } from "./use-view.js";
import "./map-colours.css";
import "./service-map.css";

/** With more calls than these, figures stand only at those of the service chosen. */
const labelledEdgesMax = 24;

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

interface ServiceMapProps {
  readonly graph: MapGraph;
  /** Of all the graph's nodes, at least. */
  readonly places: Places;
  /** What screen readers call it. */
  readonly label: string;
  readonly height: string;
  /** Key of a node or an edge. */
  readonly selected?: string | undefined;
  /** Called with a node's or an edge's key, or with undefined to close what is open. */
  readonly onSelect: (key: string | undefined) => void;
  /** Keys of nodes that a search found; undefined: no search is on. */
  readonly found?: ReadonlySet<string> | undefined;
  /** Turning the wheel zooms. */
  readonly wheel?: boolean;
}

/** Services and who calls whom, to be moved, zoomed, and walked through with arrow keys. */
export function ServiceMap(props: ServiceMapProps) {
  const { graph, places, label, height, selected, onSelect, found, wheel = true } = props;
  const svg = useRef<SVGSVGElement>(null);
  const scene = useRef<SVGGElement>(null);
  const hint = useId();
  const shown = useMemo(
    () => new Map(graph.nodes.flatMap(({ key }) => (places.has(key) ? [[key, places.get(key)!] as const] : []))),
    [graph, places],
  );
  const extent = useMemo(() => extentOf(shown), [shown]);
  const { showAll, zoom, reveal, pointer } = useView(svg, scene, extent, { wheel });
  const [focused, setFocused] = useState<string>();
  const tabStop = focused !== undefined && shown.has(focused) ? focused : graph.nodes[0]?.key;

  const latest = useRef({ onSelect, shown });
  latest.current = { onSelect, shown };
  const open = useCallback((key: string) => latest.current.onSelect(key), []);
  const focus = useCallback((key: string) => setFocused(key), []);
  const press = useCallback(
    (event: KeyboardEvent, key: string) => {
      const direction = directions[event.key];
      if (direction !== undefined) {
        const next = nodeTowards(latest.current.shown, key, direction);
        if (next !== undefined) {
          reveal(latest.current.shown.get(next)!);
          document.getElementById(domIdOf(next))?.focus({ preventScroll: true });
        }
      } else if (event.key === "Enter" || event.key === " ") latest.current.onSelect(key);
      else if (event.key === "Escape") latest.current.onSelect(undefined);
      else if (event.key === "+" || event.key === "=") zoom(1.25);
      else if (event.key === "-") zoom(0.8);
      else if (event.key === "0") showAll();
      else return;
      event.preventDefault();
    },
    [reveal, zoom, showAll],
  );

  // What a search finds first is brought into sight.
  const firstFound = found && [...found][0];
  useEffect(() => {
    const place = firstFound === undefined ? undefined : latest.current.shown.get(firstFound);
    if (place !== undefined) reveal(place);
  }, [firstFound, reveal]);

  const edges = useMemo(
    () =>
      graph.edges.flatMap((edge) => {
        const [from, to] = [shown.get(edge.source), shown.get(edge.target)];
        if (from === undefined || to === undefined) return [];
        const touchesSelected = selected === edge.source || selected === edge.target;
        return [
          <MapEdge
            key={edge.key}
            edge={edge}
            from={from}
            to={to}
            selected={selected === edge.key}
            faded={found !== undefined && !found.has(edge.source) && !found.has(edge.target)}
            labelled={touchesSelected || graph.edges.length <= labelledEdgesMax}
            onOpen={open}
          />,
        ];
      }),
    [graph, shown, selected, found, open],
  );
  const nodes = useMemo(
    () =>
      graph.nodes.flatMap((node) => {
        const place = shown.get(node.key);
        if (place === undefined) return [];
        return [
          <MapNode
            key={node.key}
            node={node}
            place={place}
            selected={selected === node.key}
            faded={found !== undefined && !found.has(node.key)}
            tabStop={tabStop === node.key}
            onOpen={open}
            onFocus={focus}
            onKeyDown={press}
          />,
        ];
      }),
    [graph, shown, selected, found, tabStop, open, focus, press],
  );

  return (
    <div className="service-map map-colours" style={{ height }}>
      {/* biome-ignore lint/a11y/useSemanticElements: an SVG is no fieldset. */}
      <svg ref={svg} role="group" aria-label={label} aria-describedby={hint} {...pointer}>
        <desc id={hint}>{mapTexts.keyboard}</desc>
        <defs>
          {["plain", "fault"].map((kind) => (
            <marker
              key={kind}
              id={`map-arrow-${kind}`}
              viewBox="0 0 10 10"
              refX="7"
              refY="5"
              markerWidth="9"
              markerHeight="9"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path className={`map-arrow-${kind}`} d="M0 0 L10 5 L0 10 z" />
            </marker>
          ))}
        </defs>
        <g ref={scene}>
          {edges}
          {nodes}
        </g>
      </svg>
      <div className="service-map-tools">
        <Button variant="icon" iconName="zoom-in" ariaLabel={mapTexts.zoomIn} onClick={() => zoom(1.25)} />
        <Button variant="icon" iconName="zoom-out" ariaLabel={mapTexts.zoomOut} onClick={() => zoom(0.8)} />
        <Button variant="icon" iconName="zoom-to-fit" ariaLabel={mapTexts.fit} onClick={showAll} />
      </div>
    </div>
  );
}
