import { type KeyboardEvent, memo } from "react";
import { mapTexts, shortCountText, typeText } from "../../texts/service-map.js";
import { type MapNode as Node, worstOf } from "./graph.js";
import { nodeHeight, nodeWidth, type Point } from "./layout.js";
import { ringOf } from "./ring.js";

const radius = 32;
const around = 2 * Math.PI * radius;
const nameCharsMax = 20;

interface MapNodeProps {
  readonly node: Node;
  readonly place: Point;
  readonly selected: boolean;
  /** A search is on, and this is not what it looks for. */
  readonly faded: boolean;
  /** The one node that Tab leads to; arrows lead to the others. */
  readonly tabStop: boolean;
  readonly onOpen: (key: string) => void;
  readonly onFocus: (key: string) => void;
  readonly onKeyDown: (event: KeyboardEvent, key: string) => void;
}

/** A service: its ring, how fast it answers, how much it is asked, and its name. */
export const MapNode = memo(function MapNode(props: MapNodeProps) {
  const { node, place, selected, faded, tabStop, onOpen, onFocus, onKeyDown } = props;
  const { key, kind, outcomes } = node;
  const name = kind === "client" ? mapTexts.clients : node.name || mapTexts.unnamed;
  const worst = worstOf(outcomes);
  const badge = worst === "ok" || worst === "none" ? undefined : worst;
  return (
    <g
      className={`map-node map-node-${kind}${selected ? " map-selected" : ""}${faded ? " map-faded" : ""}`}
      transform={`translate(${place.x} ${place.y - 20})`}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: an SVG has no buttons. */}
      <rect
        id={domIdOf(key)}
        className="map-reach"
        x={-nodeWidth / 2}
        y={-radius - 8}
        width={nodeWidth}
        height={nodeHeight}
        role="button"
        tabIndex={tabStop ? 0 : -1}
        aria-pressed={selected}
        aria-label={
          kind === "client" ? mapTexts.clientsOf(node.name) : mapTexts.node(name, node.type, outcomes, node.meanSeconds)
        }
        onClick={() => onOpen(key)}
        onFocus={() => onFocus(key)}
        onKeyDown={(event) => onKeyDown(event, key)}
      >
        <title>{node.name}</title>
      </rect>
      <circle className="map-halo" r={radius + 8} />
      <circle className="map-disc" r={radius} />
      {ringOf(outcomes).map(({ outcome, from, length }) => (
        <circle
          key={outcome}
          className={`map-ring map-${outcome}`}
          r={radius}
          strokeDasharray={`${length * around} ${around}`}
          strokeDashoffset={-from * around}
          transform="rotate(-90)"
        />
      ))}
      {kind === "client" ? (
        <g className="map-person">
          <circle cy={-7} r={7} />
          <path d="M-13 15 a13 13 0 0 1 26 0 z" />
        </g>
      ) : outcomes.total === 0 ? null : (
        <>
          <text className="map-figure" y={0}>
            {mapTexts.mean(node.meanSeconds)}
          </text>
          <text className="map-count" y={14}>
            {shortCountText(outcomes.total)}
          </text>
        </>
      )}
      {badge && (
        <g className={`map-badge map-${badge}`} transform={`translate(${radius * 0.75} ${-radius * 0.75})`}>
          {badge === "fault" ? (
            <path d="M-5 -11 H5 L11 -5 V5 L5 11 H-5 L-11 5 V-5 Z" />
          ) : badge === "throttle" ? (
            <rect x={-10} y={-10} width={20} height={20} rx={3} />
          ) : (
            <path d="M0 -12 L12 10 H-12 Z" />
          )}
          <text y={5}>{mapTexts.badges[badge]}</text>
        </g>
      )}
      <text className="map-name" y={radius + 22}>
        {name.length > nameCharsMax ? `${name.slice(0, nameCharsMax - 1)}…` : name}
      </text>
      {kind !== "client" && (
        <text className="map-type" y={radius + 37}>
          {shortened(typeText(node.type))}
        </text>
      )}
    </g>
  );
});

export function domIdOf(key: string): string {
  return `map-node-${key}`;
}

function shortened(text: string): string {
  return text.length > nameCharsMax + 4 ? `${text.slice(0, nameCharsMax + 3)}…` : text;
}
