import Box from "@cloudscape-design/components/box";
import { useMoments } from "../../parts/moments.js";
import { texts } from "../../texts/exposure.js";
import { bucketsOf, type Mark } from "./timeline.js";
import "./read-timeline.css";

const [width, height, bucketCount] = [960, 90, 60];

/** How reads and refusals are spread over time. The table under it has the same in words. */
export function ReadTimeline({
  marks,
  label,
  hint,
}: {
  marks: readonly Mark[];
  label: Label;
  hint?: string | undefined;
}) {
  const moments = useMoments();
  const found = bucketsOf(marks, bucketCount);
  if (found === undefined) return null;
  const { startMs, endMs, buckets } = found;
  const highest = Math.max(...buckets.map(({ reads, refusals }) => reads + refusals));
  const refusals = marks.filter((mark) => mark.isRefused).length;
  const barWidth = width / bucketCount;
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(3, (count / highest) * (height - 6)));
  const [from, until] = [moments.full(startMs), moments.full(endMs)];

  return (
    <div>
      <svg
        className="read-timeline"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label(marks.length - refusals, refusals, from, until)}
      >
        <line x1={0} x2={width} y1={height - 1} y2={height - 1} className="read-timeline-axis" />
        {buckets.map((bucket, index) => {
          const [read, refused] = [heightOf(bucket.reads), heightOf(bucket.refusals)];
          const x = index * barWidth + 1;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: buckets are places on the axis.
            <g key={index}>
              <rect x={x} y={height - 2 - read} width={barWidth - 2} height={read} className="read-timeline-read" />
              <rect
                x={x}
                y={height - 2 - read - refused}
                width={barWidth - 2}
                height={refused}
                className="read-timeline-refused"
              />
            </g>
          );
        })}
      </svg>
      <div className="read-timeline-legend">
        <Box color="text-body-secondary" fontSize="body-s">
          {from}
        </Box>
        <div className="read-timeline-keys">
          <span className="read-timeline-key read-timeline-key-read" />
          <Box fontSize="body-s">{texts.timeline.reads}</Box>
          {refusals > 0 && (
            <>
              <span className="read-timeline-key read-timeline-key-refused" />
              <Box fontSize="body-s">{texts.timeline.refusals}</Box>
            </>
          )}
        </div>
        <Box color="text-body-secondary" fontSize="body-s">
          {until}
        </Box>
      </div>
      {hint !== undefined && (
        <Box color="text-body-secondary" fontSize="body-s">
          {hint}
        </Box>
      )}
    </div>
  );
}

type Label = (reads: number, refusals: number, from: string, until: string) => string;
