import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from "react";
import { healthColours } from "../../parts/colours.js";
import { tracesTexts } from "../../texts/traces.js";
import { type Bar, outcomes, sumOf } from "./statistics.js";
import "./brush-chart.css";

const texts = tracesTexts.charts;

interface BrushChartProps {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Writes a bound. */
  readonly write: (bound: number) => string;
  readonly onBrush: (from: number, until: number) => void;
}

/**
 * Bars from which one chooses a stretch, by dragging or by keys. To a screen reader it is a list of which several
 * neighbours can be chosen.
 */
export function BrushChart({ title, bars, write, onBrush }: BrushChartProps) {
  const id = useId();
  const [cursor, setCursor] = useState<number>();
  const [anchor, setAnchor] = useState<number>();
  const [dragging, setDragging] = useState(false);
  const most = useMemo(() => Math.max(1, ...bars.map(sumOf)), [bars]);
  const chosen = cursor === undefined ? undefined : rangeOf(anchor ?? cursor, cursor);

  const narrow = () => {
    if (chosen === undefined) return;
    setAnchor(undefined);
    setCursor(undefined);
    onBrush(bars[chosen.first]!.from, bars[chosen.last]!.until);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextOf(event.key, cursor, bars.length);
    if (next !== undefined) {
      setAnchor(event.shiftKey ? (anchor ?? cursor) : undefined);
      setCursor(next);
    } else if (event.key === "Enter" || event.key === " ") narrow();
    else if (event.key === "Escape") {
      setAnchor(undefined);
      setCursor(undefined);
    } else return;
    event.preventDefault();
  };
  const barAt = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - left) / width) * bars.length)));
  };

  if (bars.length === 0) return <div className="brush-chart">{texts.nothing}</div>;
  return (
    <div className="brush-chart">
      <div
        className="brush-chart-bars"
        role="listbox"
        aria-multiselectable="true"
        aria-label={title}
        aria-description={texts.hint}
        aria-activedescendant={cursor === undefined ? undefined : `${id}-${cursor}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
          setAnchor(barAt(event));
          setCursor(barAt(event));
        }}
        onPointerMove={(event) => {
          const at = barAt(event);
          if (dragging && at !== cursor) setCursor(at);
        }}
        onPointerUp={() => {
          setDragging(false);
          if (dragging) narrow();
        }}
        onPointerCancel={() => setDragging(false)}
      >
        {bars.map((bar, index) => (
          <BarView
            key={bar.from}
            id={`${id}-${index}`}
            bar={bar}
            most={most}
            label={labelOf(bar, write)}
            selected={chosen !== undefined && index >= chosen.first && index <= chosen.last}
            current={index === cursor}
          />
        ))}
      </div>
      <div className="brush-chart-axis" aria-hidden="true">
        <span>{write(bars[0]!.from)}</span>
        <span>{write(bars[Math.floor(bars.length / 2)]!.from)}</span>
        <span>{write(bars.at(-1)!.until)}</span>
      </div>
      <div className="brush-chart-said" aria-live="polite">
        {chosen !== undefined && labelOf(unite(bars.slice(chosen.first, chosen.last + 1)), write)}
      </div>
      <Legend bars={bars} />
    </div>
  );
}

interface BarViewProps {
  readonly id: string;
  readonly bar: Bar;
  readonly most: number;
  readonly label: string;
  readonly selected: boolean;
  readonly current: boolean;
}

function BarView({ id, bar, most, label, selected, current }: BarViewProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names the active bar.
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-label={label}
      title={label}
      className={current ? "brush-chart-bar brush-chart-cursor" : "brush-chart-bar"}
    >
      {outcomes.map((outcome) => (
        <span
          key={outcome}
          style={{ height: `${(bar.counts[outcome] / most) * 100}%`, background: healthColours[outcome] }}
        />
      ))}
    </div>
  );
}

function Legend({ bars }: { bars: readonly Bar[] }) {
  const { counts, ...all } = unite(bars);
  const total = sumOf({ counts, ...all });
  return (
    <ul className="brush-chart-legend">
      {outcomes.map((outcome) => (
        <li key={outcome}>
          <span className="brush-chart-dot" style={{ background: healthColours[outcome] }} />
          {texts.share(
            tracesTexts.outcomes[outcome],
            counts[outcome],
            tracesTexts.percent(total === 0 ? 0 : counts[outcome] / total),
          )}
        </li>
      ))}
    </ul>
  );
}

function unite(bars: readonly Bar[]): Bar {
  const counts = { ok: 0, error: 0, throttle: 0, fault: 0 };
  for (const bar of bars) for (const outcome of outcomes) counts[outcome] += bar.counts[outcome];
  return { from: bars[0]!.from, until: bars.at(-1)!.until, counts };
}

function labelOf(bar: Bar, write: (bound: number) => string): string {
  const parts = outcomes
    .filter((outcome) => outcome !== "ok" && bar.counts[outcome] > 0)
    .map((outcome) => texts.part(bar.counts[outcome], tracesTexts.outcomes[outcome].toLowerCase()));
  return texts.bar(write(bar.from), write(bar.until), texts.counts(sumOf(bar), parts.join(", ")));
}

function rangeOf(one: number, other: number): { first: number; last: number } {
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

function nextOf(key: string, cursor: number | undefined, count: number): number | undefined {
  switch (key) {
    case "ArrowRight":
      return cursor === undefined ? 0 : Math.min(count - 1, cursor + 1);
    case "ArrowLeft":
      return cursor === undefined ? count - 1 : Math.max(0, cursor - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
