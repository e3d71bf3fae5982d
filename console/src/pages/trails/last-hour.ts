import { useCallback, useEffect, useRef, useState } from "react";
import type { SelectableEvent } from "../../../../src/audit/selectors/selectors.js";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import { type FoundEvent, searchEvents } from "../../api/search-events.js";
import { readRecord } from "../../parts/event-record.js";

/** Each fifty of them are a call, which is recorded: enough to see what selectors do. */
export const sampleMax = 1000;
const hourMs = 3_600_000;

export interface Sample {
  readonly events: readonly SelectableEvent[];
  readonly loading: boolean;
  /** Whether these are all calls of the hour. */
  readonly isAll: boolean;
  readonly failure: Failure | undefined;
  readonly stop: () => void;
  readonly again: () => void;
}

/** The newest calls of the last hour, read once and then counted by whatever selectors one thinks of. */
export function useLastHour(): Sample {
  const [state, setState] = useState<{ events: readonly SelectableEvent[]; isAll: boolean; failure?: Failure }>({
    events: [],
    isAll: false,
  });
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const control = useRef(new AbortController());

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts what was asked for.
  useEffect(() => {
    const current = new AbortController();
    control.current = current;
    setLoading(true);
    setState({ events: [], isAll: false });
    gather(current.signal, (events, isAll) => setState({ events, isAll }))
      .catch((problem) => {
        if (!current.signal.aborted && !wasAborted(problem))
          setState((before) => ({ ...before, failure: failureOf(problem) }));
      })
      .finally(() => {
        if (control.current === current) setLoading(false);
      });
    return () => current.abort();
  }, [round]);

  return {
    ...state,
    failure: state.failure,
    loading,
    stop: useCallback(() => {
      control.current.abort();
      setLoading(false);
    }, []),
    again: useCallback(() => setRound((before) => before + 1), []),
  };
}

async function gather(
  signal: AbortSignal,
  tell: (events: readonly SelectableEvent[], isAll: boolean) => void,
): Promise<void> {
  const start = new Date(Date.now() - hourMs);
  let events: readonly SelectableEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await searchEvents({ attributes: [], start }, nextToken, signal);
    if (signal.aborted) return;
    events = [...events, ...page.items.map(selectable)];
    nextToken = page.nextToken;
    tell(events, nextToken === undefined);
  } while (nextToken !== undefined && events.length < sampleMax);
}

function selectable({ category, eventName, readOnly, text }: FoundEvent): SelectableEvent {
  return { category, eventName, readOnly, eventSource: readRecord(text).eventSource ?? "", record: text };
}
