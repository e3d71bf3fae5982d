import type { TraceSummary } from "@aws-sdk/client-xray";
import type { Period } from "../../parts/use-period.js";

/** The longest range that one GetTraceSummaries takes. */
export const windowHoursMax = 24;

/** So many traces a search fetches: more are neither read by anybody nor held by a browser gladly. */
export const tracesMax = 10_000;

/** Longest period of a search: traces are kept so long by default. */
export const periodDaysMax = 30;

/** The period cut into ranges that the API takes, the newest first, as its answers are. */
export function windowsOf({ start, end }: Period): readonly Period[] {
  const windows: Period[] = [];
  const lengthMs = windowHoursMax * 3_600_000;
  for (let untilMs = end.getTime(); untilMs > start.getTime(); untilMs -= lengthMs)
    windows.push({ start: new Date(Math.max(start.getTime(), untilMs - lengthMs)), end: new Date(untilMs) });
  return windows;
}

/** One call of GetTraceSummaries. */
export type FetchPage = (
  window: Period,
  nextToken: string | undefined,
) => Promise<{ traces: readonly TraceSummary[]; nextToken: string | undefined; reached: Date | undefined }>;

export interface Progress {
  readonly traces: readonly TraceSummary[];
  /** Share of the period that was searched, from 0 to 1. */
  readonly share: number;
  /** There are more than are fetched. */
  readonly cut: boolean;
}

/** Searches from the newest trace to the oldest, and tells after each page what there is. */
export async function* searchTraces(period: Period, fetchPage: FetchPage): AsyncGenerator<Progress> {
  const endMs = period.end.getTime();
  const lengthMs = endMs - period.start.getTime();
  const traces: TraceSummary[] = [];
  for (const window of windowsOf(period)) {
    let nextToken: string | undefined;
    do {
      const page = await fetchPage(window, nextToken);
      traces.push(...page.traces);
      nextToken = page.nextToken || undefined;
      const reachedMs = nextToken === undefined ? window.start.getTime() : (page.reached?.getTime() ?? endMs);
      const isLast = nextToken === undefined && window.start.getTime() === period.start.getTime();
      const cut = traces.length > tracesMax || (traces.length === tracesMax && !isLast);
      yield { traces: traces.slice(0, tracesMax), share: Math.min(1, (endMs - reachedMs) / lengthMs), cut };
      if (cut) return;
    } while (nextToken !== undefined);
  }
}
