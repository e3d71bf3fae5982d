import Box from "@cloudscape-design/components/box";
import { mapTexts } from "../../texts/service-map.js";
import "./map-colours.css";
import "./service-map.css";

/** What the colours and shapes of a map mean. */
export function MapLegend() {
  return (
    <Box fontSize="body-s">
      <div className="map-legend map-colours">
        <span>{mapTexts.legend}</span>
        {(["ok", "error", "throttle", "fault"] as const).map((outcome) => (
          <span className="map-legend-item" key={outcome}>
            <svg viewBox="-12 -13 24 26" aria-hidden="true" className="service-map-symbol">
              {outcome === "ok" ? (
                <circle className="map-ring map-ok" r={8} strokeWidth={6} />
              ) : (
                <g className={`map-badge map-${outcome}`}>
                  {outcome === "fault" ? (
                    <path d="M-5 -11 H5 L11 -5 V5 L5 11 H-5 L-11 5 V-5 Z" />
                  ) : outcome === "throttle" ? (
                    <rect x={-10} y={-10} width={20} height={20} rx={3} />
                  ) : (
                    <path d="M0 -12 L12 10 H-12 Z" />
                  )}
                </g>
              )}
            </svg>
            {mapTexts.outcomes[outcome]}
          </span>
        ))}
      </div>
    </Box>
  );
}
