import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useRef, useState } from "react";
import { useUrlState } from "../../../api/use-url-state.js";
import { healthColours } from "../../../parts/colours.js";
import { traceTexts } from "../../../texts/trace.js";
import { Details } from "./details.js";
import type { LoadedTrace } from "./load-trace.js";
import { withAncestors } from "./rows.js";
import type { TraceNode } from "./trace-tree.js";
import { Waterfall } from "./waterfall.js";

const texts = traceTexts.waterfall;

interface TimelineProps {
  readonly trace: LoadedTrace;
  readonly selected: TraceNode | undefined;
  readonly onSelect: (node: TraceNode | undefined) => void;
}

/** The waterfall, and beside it what the chosen segment holds. */
export function TimelineView({ trace, selected, onSelect }: TimelineProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [critical, setCritical] = useUrlState("critical");
  const grid = useRef<HTMLDivElement>(null);
  const onPath = useMemo(
    () => (critical === "1" ? withAncestors(trace.path.keys()) : undefined),
    [critical, trace.path],
  );
  const select = (node: TraceNode) => {
    open(node);
    onSelect(node);
  };
  const close = () => {
    onSelect(undefined);
    grid.current?.focus({ preventScroll: true });
  };
  /** What was chosen elsewhere must not be hidden. */
  const open = (node: TraceNode) => {
    const above = withAncestors(node.parent === undefined ? [] : [node.parent]);
    if ([...above].some((key) => collapsed.has(key)))
      setCollapsed(new Set([...collapsed].filter((key) => !above.has(key))));
    if (onPath !== undefined && !onPath.has(node.key)) setCritical("");
  };
  return (
    <SpaceBetween size="s">
      <div className="waterfall-bar-line">
        <SpaceBetween size="s" direction="horizontal" alignItems="center">
          <Button onClick={() => setCollapsed(new Set())}>{texts.expandAll}</Button>
          <Button
            onClick={() =>
              setCollapsed(
                new Set(trace.tree.nodes.filter(({ children }) => children.length > 0).map(({ key }) => key)),
              )
            }
          >
            {texts.collapseAll}
          </Button>
          <Toggle checked={critical === "1"} onChange={({ detail }) => setCritical(detail.checked ? "1" : "")}>
            {texts.onlyCritical}
          </Toggle>
          <Legend />
        </SpaceBetween>
      </div>
      <div className="trace-columns">
        <div className={selected === undefined ? undefined : "trace-columns-two"}>
          <Waterfall
            trace={trace}
            collapsed={collapsed}
            setCollapsed={setCollapsed}
            selected={selected}
            onSelect={select}
            shown={onPath}
            grid={grid}
          />
          {selected !== undefined && <Details trace={trace} node={selected} onSelect={select} onClose={close} />}
        </div>
      </div>
    </SpaceBetween>
  );
}

function Legend() {
  const { ok, error, fault, throttle } = traceTexts.health;
  const entries = [
    [ok, healthColours.ok],
    [error, healthColours.error],
    [fault, healthColours.fault],
    [throttle, healthColours.throttle],
  ] as const;
  return (
    <ul className="waterfall-legend" aria-label={texts.legend}>
      {entries.map(([text, colour]) => (
        <li key={text}>
          <span className="waterfall-dot" style={{ background: colour }} />
          {text}
        </li>
      ))}
      <li>
        <span className="waterfall-legend-critical" />
        {texts.critical}
      </li>
    </ul>
  );
}
