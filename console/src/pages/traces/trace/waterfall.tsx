import { type KeyboardEvent, type RefObject, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { durationText } from "../../../parts/durations.js";
import { traceTexts } from "../../../texts/trace.js";
import "../../../parts/colours.css";
import { GridPart } from "./grid-part.js";
import type { LoadedTrace } from "./load-trace.js";
import { type Row, ticksOf, visibleRows } from "./rows.js";
import type { TraceNode } from "./trace-tree.js";
import { useWindow } from "./use-window.js";
import { WaterfallRow } from "./waterfall-row.js";
import "./waterfall.css";

const rowHeight = 30;
const headHeight = 31;

export interface WaterfallProps {
  readonly trace: LoadedTrace;
  readonly collapsed: ReadonlySet<string>;
  readonly setCollapsed: (collapsed: ReadonlySet<string>) => void;
  readonly selected: TraceNode | undefined;
  readonly onSelect: (node: TraceNode) => void;
  /** Nodes to list; undefined: all. */
  readonly shown?: ReadonlySet<string> | undefined;
  /** Holds the element, for who moves the focus to it. */
  readonly grid?: RefObject<HTMLDivElement | null>;
  /** Length that the whole width stands for: the trace's own, unless two are compared. */
  readonly scaleSeconds?: number;
}

/** The segments of a trace over time, as a tree. Draws the lines that are seen, however many there are. */
export function Waterfall({ trace, collapsed, setCollapsed, selected, onSelect, shown, ...more }: WaterfallProps) {
  const { tree, path, traceId } = trace;
  const scaleSeconds = more.scaleSeconds ?? tree.duration;
  const rows = useMemo(() => visibleRows(tree, collapsed, shown), [tree, collapsed, shown]);
  const own = useRef<HTMLDivElement>(null);
  const scroller = more.grid ?? own;
  const { first, last, look, reveal, pageRows } = useWindow(scroller, rows.length, rowHeight, headHeight);
  const [known, setKnown] = useState(selected);
  const [activeKey, setActiveKey] = useState(selected?.key ?? tree.roots[0]?.key);
  const activeIndex = Math.max(
    0,
    rows.findIndex(({ node }) => node.key === activeKey),
  );
  const id = useId();

  if (selected !== known) {
    setKnown(selected);
    if (selected !== undefined) setActiveKey(selected.key);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a link or the details choose is shown; scrolling is one's own then.
  useEffect(() => reveal(activeIndex), [reveal, selected?.key]);

  const moveTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setActiveKey(row.node.key);
    reveal(rows.indexOf(row));
  };
  const toggle = useCallback(
    (index: number) => {
      const { node } = rows[index] as Row;
      const next = new Set(collapsed);
      if (!next.delete(node.key)) next.add(node.key);
      setCollapsed(next);
    },
    [rows, collapsed, setCollapsed],
  );
  const choose = useCallback((index: number) => onSelect(rows[index]!.node), [rows, onSelect]);

  const onKeyDown = (event: KeyboardEvent) => {
    const active = rows[activeIndex];
    if (active === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = keyActions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act({ active, index: activeIndex, rows, pageRows, moveTo, toggle, choose });
  };

  return (
    <div
      ref={scroller}
      className="waterfall"
      role="treegrid"
      tabIndex={0}
      aria-label={traceTexts.waterfall.label(traceId)}
      aria-description={traceTexts.waterfall.keys}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={activeIndex >= first && activeIndex < last ? `${id}-${activeIndex}` : undefined}
      style={{ maxHeight: "max(320px, calc(100vh - 340px))" }}
      onScroll={look}
      onKeyDown={onKeyDown}
    >
      <Ruler scaleSeconds={scaleSeconds} />
      <GridPart role="rowgroup" style={{ position: "relative", height: rows.length * rowHeight }}>
        {rows.slice(first, last).map((row, offset) => (
          <WaterfallRow
            key={row.node.key}
            id={`${id}-${first + offset}`}
            row={row}
            index={first + offset}
            top={(first + offset) * rowHeight}
            height={rowHeight}
            scaleSeconds={scaleSeconds}
            stretches={path.get(row.node)}
            selected={row.node === selected}
            active={first + offset === activeIndex}
            onChoose={choose}
            onToggle={toggle}
          />
        ))}
      </GridPart>
    </div>
  );
}

interface KeyPress {
  readonly active: Row;
  readonly index: number;
  readonly rows: readonly Row[];
  readonly pageRows: number;
  readonly moveTo: (index: number) => void;
  readonly toggle: (index: number) => void;
  readonly choose: (index: number) => void;
}

/** The keys of a tree grid, as the ARIA authoring practices have them. */
const keyActions: Readonly<Record<string, (press: KeyPress) => void>> = {
  ArrowDown: ({ index, moveTo }) => moveTo(index + 1),
  ArrowUp: ({ index, moveTo }) => moveTo(index - 1),
  PageDown: ({ index, pageRows, moveTo }) => moveTo(index + pageRows),
  PageUp: ({ index, pageRows, moveTo }) => moveTo(index - pageRows),
  Home: ({ moveTo }) => moveTo(0),
  End: ({ rows, moveTo }) => moveTo(rows.length - 1),
  Enter: ({ index, choose }) => choose(index),
  " ": ({ index, choose }) => choose(index),
  ArrowRight: ({ active, index, toggle, moveTo }) => {
    if (active.expanded === false) toggle(index);
    else if (active.expanded) moveTo(index + 1);
  },
  ArrowLeft: ({ active, index, rows, toggle, moveTo }) => {
    if (active.expanded) toggle(index);
    else if (active.node.parent !== undefined) moveTo(rows.findIndex(({ node }) => node === active.node.parent));
  },
};

function Ruler({ scaleSeconds }: { scaleSeconds: number }) {
  return (
    <GridPart role="row" className="waterfall-row waterfall-head" aria-rowindex={1}>
      <GridPart role="columnheader" className="waterfall-name">
        {traceTexts.waterfall.name}
      </GridPart>
      <GridPart role="columnheader" className="waterfall-time" aria-label={traceTexts.waterfall.time}>
        {ticksOf(scaleSeconds).map((tick) => (
          <span
            key={tick}
            className="waterfall-tick"
            style={{ insetInlineStart: `${scaleSeconds > 0 ? (tick / scaleSeconds) * 100 : 0}%` }}
          >
            {/* At the edge a figure would be cut. */}
            {tick === 0 ? "0" : tick <= scaleSeconds * 0.9 && durationText(tick)}
          </span>
        ))}
      </GridPart>
    </GridPart>
  );
}
