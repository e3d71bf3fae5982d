import { useEffect, useRef, useState } from "react";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import type { EventSearch, FoundEvent } from "../../api/search-events.js";
import { type EventsSource, lookForEvents } from "./look-for-events.js";

export const tailEveryMs = 3000;
/** A record may be found a moment after its time: so far back each look begins. */
const overlapMs = 10_000;
/** Of one look. What is beyond comes with the next one. */
const pagesMax = 5;
/** What was followed for hours is dropped at its end; a search finds it. */
const keptMax = 5000;

/**
 * New events of a search while the page is looked at, newest first.
 *
 * @param key says everything the search depends on.
 * @param following false: no more come. What came stays, until another key.
 */
export function useTail(
  key: string,
  { source, search, following }: { source: EventsSource; search: EventSearch; following: boolean },
): { readonly items: readonly FoundEvent[]; readonly failure: Failure | undefined } {
  const [state, setState] = useState<{ key: string; items: readonly FoundEvent[]; failure?: Failure }>({
    key,
    items: [],
  });
  const latest = useRef({ source, search });
  latest.current = { source, search };

  useEffect(() => {
    if (!following) return;
    const control = new AbortController();
    let newestMs = Date.now();
    let timer: ReturnType<typeof setTimeout>;
    const itemsOf = (before: typeof state) => (before.key === key ? before.items : []);
    const look = async () => {
      if (document.visibilityState === "visible") {
        try {
          const found = await lookBack(latest.current, new Date(newestMs - overlapMs), control.signal);
          if (control.signal.aborted) return;
          newestMs = found.reduce((newest, { timeMs }) => Math.max(newest, timeMs), newestMs);
          setState((before) => ({ key, items: merged(found, itemsOf(before)).slice(0, keptMax) }));
        } catch (problem) {
          if (control.signal.aborted || wasAborted(problem)) return;
          setState((before) => ({ key, items: itemsOf(before), failure: failureOf(problem) }));
        }
      }
      timer = setTimeout(look, tailEveryMs);
    };
    timer = setTimeout(look, tailEveryMs);
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [key, following]);

  return state.key === key ? { items: state.items, failure: state.failure } : { items: [], failure: undefined };
}

async function lookBack(
  { source, search }: { source: EventsSource; search: EventSearch },
  start: Date,
  signal: AbortSignal,
): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const answer = await lookForEvents(source, { attributes: search.attributes, start }, nextToken, signal);
    found.push(...answer.items);
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return found;
}

/** Both, each event once, newest first. Where times are the same, what was known stays in its order. */
export function merged(fresh: readonly FoundEvent[], known: readonly FoundEvent[]): readonly FoundEvent[] {
  const ids = new Set(known.map(({ eventId }) => eventId));
  const added = fresh.filter(({ eventId }) => !ids.has(eventId));
  if (added.length === 0) return known;
  return [...added, ...known].sort((one, other) => other.timeMs - one.timeMs);
}
