import Icon from "@cloudscape-design/components/icon";
import { memo } from "react";
import { durationText } from "../../../parts/durations.js";
import { traceTexts } from "../../../texts/trace.js";
import type { Stretch } from "./critical-path.js";
import { GridPart } from "./grid-part.js";
import type { Row } from "./rows.js";
import { healthOf } from "./trace-tree.js";

/** Beyond this level lines are not moved further: the bars need their room. */
const indentLevelsMax = 14;

export interface WaterfallRowProps {
  readonly id: string;
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly scaleSeconds: number;
  readonly stretches: readonly Stretch[] | undefined;
  readonly selected: boolean;
  readonly active: boolean;
  readonly onChoose: (index: number) => void;
  readonly onToggle: (index: number) => void;
}

/** One line; drawn anew only if something about it changed. */
export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { id, row, index, top, height, selected, active, onChoose, onToggle } = props;
  const { node, depth, expanded } = row;
  const health = healthOf(node);
  const { entity, kind } = node;
  return (
    <GridPart
      id={id}
      role="row"
      className={active ? "waterfall-row waterfall-active" : "waterfall-row"}
      style={{ top, height }}
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-expanded={expanded}
      aria-selected={selected}
      onClick={() => onChoose(index)}
    >
      <GridPart
        role="gridcell"
        className="waterfall-name"
        style={{ paddingInlineStart: 6 + Math.min(depth, indentLevelsMax) * 12 }}
        title={entity.name}
      >
        <span
          className="waterfall-toggle"
          aria-hidden="true"
          onClick={(event) => {
            if (expanded === undefined) return;
            event.stopPropagation();
            onToggle(index);
          }}
        >
          {expanded !== undefined && <Icon name={expanded ? "caret-down-filled" : "caret-right-filled"} />}
        </span>
        {health !== "ok" && (
          <Icon
            name={health === "fault" ? "status-negative" : "status-warning"}
            variant={health === "fault" ? "error" : "warning"}
            ariaLabel={traceTexts.health[health]}
          />
        )}
        {node.inProgress && <Icon name="status-in-progress" variant="subtle" ariaLabel={traceTexts.inProgress} />}
        <span className={kind === "segment" && !entity.inferred ? "waterfall-segment" : undefined}>{entity.name}</span>
        <span className="waterfall-quiet">{noteOf(row)}</span>
      </GridPart>
      <Bar {...props} />
    </GridPart>
  );
});

function Bar({ row: { node }, scaleSeconds, stretches }: WaterfallRowProps) {
  const health = healthOf(node);
  const share = (seconds: number) => (scaleSeconds > 0 ? (seconds / scaleSeconds) * 100 : 0);
  const percent = (seconds: number) => `${share(seconds)}%`;
  const classes = [
    "waterfall-bar",
    `waterfall-bar-${health}`,
    node.entity.inferred ? "waterfall-bar-inferred" : "",
    node.inProgress ? "waterfall-bar-open" : "",
  ].join(" ");
  const length = node.inProgress ? traceTexts.inProgress : durationText(node.end - node.start);
  // Beside the bar where there is room, else before it, else upon its start.
  const [startShare, endShare] = [share(node.start), share(node.end)];
  const place =
    endShare < 78
      ? { insetInlineStart: `${endShare}%` }
      : startShare > 22
        ? { insetInlineEnd: `${100 - startShare}%` }
        : undefined;
  return (
    <GridPart role="gridcell" className="waterfall-time">
      <span
        className={classes}
        style={{ insetInlineStart: percent(node.start), width: percent(node.end - node.start) }}
      />
      {stretches?.map(({ from, until }) => (
        <span
          key={from}
          className="waterfall-critical"
          style={{ insetInlineStart: percent(from), width: percent(until - from) }}
        />
      ))}
      <span
        className={place === undefined ? "waterfall-length waterfall-length-upon" : "waterfall-length"}
        style={place ?? { insetInlineStart: percent(node.start) }}
      >
        {length}
      </span>
    </GridPart>
  );
}

/** What tells lines of one name apart. */
function noteOf({ node: { entity } }: Row): string {
  const aws = entity.raw["aws"] as { operation?: unknown; resource_names?: unknown } | undefined;
  const http = entity.raw["http"] as { request?: { method?: unknown }; response?: { status?: unknown } } | undefined;
  const resources = Array.isArray(aws?.resource_names) ? aws.resource_names : [];
  const parts = entity.inferred
    ? [traceTexts.waterfall.inferred]
    : [aws?.operation, resources[0], http?.request?.method, http?.response?.status];
  return parts.filter((part) => typeof part === "string" || typeof part === "number").join(" ");
}
