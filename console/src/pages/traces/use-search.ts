import { GetTraceSummariesCommand, type TraceSummary, XRayClient } from "@aws-sdk/client-xray";
import { useCallback, useEffect, useRef, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import type { ChosenPeriod, Period } from "../../parts/use-period.js";
import { searchTraces } from "./search.js";

export interface Search {
  readonly traces: readonly TraceSummary[];
  /** The period that was searched. */
  readonly period: Period;
  readonly share: number;
  readonly cut: boolean;
  readonly running: boolean;
  readonly failure: Failure | undefined;
  /** Stops; what was found stays. */
  cancel(): void;
  again(): void;
}

/** Nothing is asked by a filter that cannot be read, and what another found is not its answer. */
const nothingAsked = { traces: [], share: 0, cut: false, running: false, failure: undefined };

/**
 * Searches as the page opens, and whenever filter or period change.
 *
 * @param filter undefined: it cannot be read, so nothing is asked.
 */
export function useSearch(filter: string | undefined, chosen: ChosenPeriod): Search {
  const [state, setState] = useState(() => ({
    traces: [] as readonly TraceSummary[],
    period: chosen.resolve(),
    share: 0,
    cut: false,
    running: false,
    failure: undefined as Failure | undefined,
  }));
  const [round, setRound] = useState(0);
  const control = useRef(new AbortController());
  const latest = useRef(chosen);
  latest.current = chosen;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a period changes when its text does; `round` counts what again asks for.
  useEffect(() => {
    if (filter === undefined) return;
    control.current = new AbortController();
    const { signal } = control.current;
    const period = latest.current.resolve();
    setState({ traces: [], period, share: 0, cut: false, running: true, failure: undefined });
    void run(filter, period, signal, (change) => {
      if (!signal.aborted) setState((before) => ({ ...before, ...change }));
    });
    return () => control.current.abort();
  }, [filter, chosen.text, round]);

  return {
    ...state,
    ...(filter === undefined && nothingAsked),
    cancel: useCallback(() => {
      control.current.abort();
      setState((before) => ({ ...before, running: false }));
    }, []),
    again: useCallback(() => setRound((before) => before + 1), []),
  };
}

async function run(
  filter: string,
  period: Period,
  abortSignal: AbortSignal,
  tell: (change: Partial<Search>) => void,
): Promise<void> {
  const fetchPage = async ({ start, end }: Period, NextToken: string | undefined) => {
    const input = { StartTime: start, EndTime: end, FilterExpression: filter || undefined, NextToken };
    const answer = await clientOf(XRayClient).send(new GetTraceSummariesCommand(input), { abortSignal });
    return { traces: answer.TraceSummaries ?? [], nextToken: answer.NextToken, reached: answer.ApproximateTime };
  };
  try {
    for await (const progress of searchTraces(period, fetchPage)) tell(progress);
    tell({ running: false });
  } catch (problem) {
    if (!wasAborted(problem)) tell({ running: false, failure: failureOf(problem) });
  }
}
