import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import { useMemo } from "react";
import { useUrlState } from "../api/use-url-state.js";

/** A stretch of time to look at. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

export interface ChosenPeriod {
  /** As the address has it: `30m`, or two times. Changes when the period does. */
  readonly text: string;
  /** The period as of now: a relative one moves each time it is asked for. */
  readonly resolve: () => Period;
  readonly pickerValue: DateRangePickerProps.Value;
  readonly setPicked: (value: DateRangePickerProps.Value | null) => void;
  readonly setPeriod: (period: Period) => void;
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const unitNames = { s: "second", m: "minute", h: "hour", d: "day" } as const;

/**
 * The period of a page, which stands in its address as `period`: `30m`, `6h`, `7d`, or `<ISO time>~<ISO time>`. What
 * cannot be read is the fallback.
 */
export function useChosenPeriod(fallback = "30m"): ChosenPeriod {
  const [text, setText] = useUrlState("period", fallback);
  return useMemo(() => {
    const setPeriod = ({ start, end }: Period) => setText(`${start.toISOString()}~${end.toISOString()}`);
    const readable = readPeriod(text, 0) === undefined ? fallback : text;
    return {
      text: readable,
      resolve: () => readPeriod(readable, Date.now())!,
      pickerValue: pickerValueOf(readable),
      setPicked(value) {
        if (value === null) setText(fallback);
        else if (value.type === "relative") setText(`${value.amount}${value.unit[0]}`);
        else setPeriod({ start: new Date(value.startDate), end: new Date(value.endDate) });
      },
      setPeriod,
    };
  }, [text, setText, fallback]);
}

/** @returns undefined for what is not a period. */
export function readPeriod(text: string, nowMs: number): Period | undefined {
  const relative = /^(\d{1,5})([smhd])$/.exec(text);
  if (relative) {
    const ms = Number(relative[1]) * unitMs[relative[2] as keyof typeof unitMs];
    return ms === 0 ? undefined : { start: new Date(nowMs - ms), end: new Date(nowMs) };
  }
  const [from = "", until = ""] = text.split("~");
  const [start, end] = [new Date(from), new Date(until)];
  return start.getTime() < end.getTime() ? { start, end } : undefined;
}

function pickerValueOf(text: string): DateRangePickerProps.Value {
  const relative = /^(\d+)([smhd])$/.exec(text);
  if (relative)
    return {
      type: "relative",
      amount: Number(relative[1]),
      unit: unitNames[relative[2] as keyof typeof unitNames],
    };
  const [startDate = "", endDate = ""] = text.split("~");
  return { type: "absolute", startDate, endDate };
}
