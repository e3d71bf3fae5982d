import type { HistogramEntry } from "@aws-sdk/client-xray";
import { useMemo } from "react";
import { mapTexts, requestsText } from "../../texts/service-map.js";
import { durationText } from "../durations.js";
import { binsOf, quantileOf } from "./histogram.js";
import "./map-colours.css";
import "./response-times.css";

const [width, height, foot] = [320, 90, 18];

/** How long requests took: a bar for each step, and what half of them and nearly all of them stayed under. */
export function ResponseTimes({ entries }: { entries: readonly HistogramEntry[] }) {
  const bins = useMemo(() => binsOf(entries), [entries]);
  const quantiles = useMemo(
    () => ([0.5, 0.95, 0.99] as const).map((share) => ({ share, seconds: quantileOf(entries, share) })),
    [entries],
  );
  if (bins.length === 0) return <span>{mapTexts.noTimes}</span>;
  const most = Math.max(...bins.map(({ count }) => count));
  const step = width / bins.length;
  return (
    <div className="map-colours">
      <svg
        className="response-times"
        viewBox={`0 0 ${width} ${height + foot}`}
        role="img"
        aria-label={mapTexts.timesLabel(quantiles.map(({ share, seconds = 0 }) => [share, seconds]))}
      >
        {bins.map(({ from, until, count }, index) => {
          const tall = count === 0 ? 0 : Math.max(2, (height * count) / most);
          return (
            <rect key={from} x={index * step + 0.5} y={height - tall} width={Math.max(1, step - 1)} height={tall}>
              <title>{`${durationText(from)} – ${durationText(until)}: ${requestsText(count)}`}</title>
            </rect>
          );
        })}
        <line x1={0} x2={width} y1={height} y2={height} />
        <text x={0} y={height + foot - 4}>
          {durationText(bins[0]!.from)}
        </text>
        <text x={width} y={height + foot - 4} textAnchor="end">
          {durationText(bins.at(-1)!.until)}
        </text>
      </svg>
      <dl className="response-quantiles">
        {quantiles.map(({ share, seconds }) => (
          <div key={share}>
            <dt>{mapTexts.within(share)}</dt>
            <dd>{mapTexts.mean(seconds)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
