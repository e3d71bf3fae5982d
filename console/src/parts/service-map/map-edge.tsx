import { memo } from "react";
import { mapTexts, shortCountText } from "../../texts/service-map.js";
import { type MapEdge as Edge, worstOf } from "./graph.js";
import type { Point } from "./layout.js";

/** Of the ring with its stroke, and a little air. */
const clearance = 38;
const up = 20;

interface MapEdgeProps {
  readonly edge: Edge;
  readonly from: Point;
  readonly to: Point;
  readonly selected: boolean;
  readonly faded: boolean;
  readonly labelled: boolean;
  readonly onOpen: (key: string) => void;
}

/** Calls of one service to another. Screen readers and keyboards find them with the services. */
export const MapEdge = memo(function MapEdge({ edge, from, to, selected, faded, labelled, onOpen }: MapEdgeProps) {
  const { path, middle } = curveOf(from, to);
  const { outcomes } = edge;
  const worst = worstOf(outcomes);
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a group of an SVG takes no focus; the panel of either service leads here too.
    <g
      className={`map-edge map-edge-${worst}${edge.isLink ? " map-edge-link" : ""}${selected ? " map-selected" : ""}${faded ? " map-faded" : ""}`}
      aria-hidden="true"
      onClick={() => onOpen(edge.key)}
    >
      <path className="map-edge-reach" d={path} />
      <path
        className="map-edge-line"
        d={path}
        strokeWidth={1.25 + Math.min(4, Math.log10(1 + outcomes.total))}
        markerEnd={`url(#map-arrow-${worst === "fault" ? "fault" : "plain"})`}
      />
      {(labelled || selected) && outcomes.total > 0 && (
        <text x={middle.x} y={middle.y - 6}>
          {`${shortCountText(outcomes.total)} · ${mapTexts.mean(edge.meanSeconds)}`}
        </text>
      )}
    </g>
  );
});

/** From ring to ring, leaving and arriving level; to oneself in a loop above. */
function curveOf(from: Point, to: Point): { path: string; middle: Point } {
  const [y1, y2] = [from.y - up, to.y - up];
  if (from.x === to.x && y1 === y2) {
    const top = y1 - clearance;
    return {
      path: `M${from.x - 14} ${top + 6} C${from.x - 40} ${top - 34} ${from.x + 40} ${top - 34} ${from.x + 14} ${top + 4}`,
      middle: { x: from.x, y: top - 22 },
    };
  }
  if (Math.abs(to.x - from.x) < 2 * clearance) {
    // One above the other: straight.
    const sign = Math.sign(y2 - y1);
    const start = y1 + sign * (sign > 0 ? clearance + 48 : clearance);
    const end = y2 - sign * (sign > 0 ? clearance + 6 : clearance + 52);
    return { path: `M${from.x} ${start} L${to.x} ${end}`, middle: { x: from.x + 46, y: (start + end) / 2 } };
  }
  const sign = Math.sign(to.x - from.x);
  const [x1, x2] = [from.x + sign * clearance, to.x - sign * (clearance + 5)];
  const bend = (x2 - x1) / 2;
  return {
    path: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    middle: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 },
  };
}
