import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Failure, failureOf, wasAborted } from "./failure.js";

interface Page<Item> {
  readonly items: readonly Item[];
  /** As the API gave it; undefined or empty: that was the last page. */
  readonly nextToken: string | undefined;
}

export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly failure: Failure | undefined;
  readonly loading: boolean;
  /** There is more than what was fetched. */
  readonly more: boolean;
  /** Given up before all that was wanted came: what is not there may be missing. */
  readonly cancelled: boolean;
  /** Fetches the next page. */
  loadMore(): void;
  /** Gives up what is on its way; what came stays. */
  cancel(): void;
  reload(): void;
}

/**
 * A list that an API gives in pages, fetched as one goes.
 *
 * @param key says everything that `load` depends on; undefined: do not call yet.
 * @param options `untilItems`: fetches by itself until so many are there, then waits to be asked.
 */
export function usePages<Item>(
  key: string | undefined,
  load: (nextToken: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
  { untilItems = 1 }: { untilItems?: number } = {},
): Pages<Item> {
  const [found, setFound] = useState<{ key?: string | undefined; items: readonly Item[] }>({ items: [] });
  const [failure, setFailure] = useState<Failure>();
  const [progress, setProgress] = useState<{ key?: string | undefined; loading: boolean }>({ loading: true });
  const [cancelled, setCancelled] = useState(false);
  const [next, setNext] = useState<string>();
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const control = useRef(new AbortController());
  // What another key found is nothing here. Read anew, what is there stays until the answer comes.
  const items = useMemo(() => (found.key === key ? found.items : []), [found, key]);
  const loading = key !== undefined && (progress.key !== key || progress.loading);

  const fetchFrom = useCallback(
    async (of: string, start: readonly Item[], token: string | undefined, wanted: number) => {
      const { signal } = control.current;
      setProgress({ key: of, loading: true });
      setCancelled(false);
      setFailure(undefined);
      let gathered = start;
      let nextToken = token;
      try {
        do {
          const page = await latest.current(nextToken, signal);
          if (signal.aborted) return;
          gathered = [...gathered, ...page.items];
          nextToken = page.nextToken || undefined;
          setFound({ key: of, items: gathered });
          setNext(nextToken);
        } while (nextToken !== undefined && gathered.length < wanted);
      } catch (problem) {
        if (signal.aborted || wasAborted(problem)) return;
        setFailure(failureOf(problem));
      }
      setProgress({ key: of, loading: false });
    },
    [],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts what reload asks for.
  useEffect(() => {
    if (key === undefined) return;
    control.current = new AbortController();
    setNext(undefined);
    void fetchFrom(key, [], undefined, untilItems);
    return () => control.current.abort();
  }, [key, round, untilItems, fetchFrom]);

  return {
    items,
    failure,
    loading,
    more: next !== undefined,
    cancelled,
    loadMore: useCallback(() => {
      if (key !== undefined && next !== undefined && !loading)
        void fetchFrom(key, items, next, items.length + untilItems);
    }, [fetchFrom, key, items, loading, next, untilItems]),
    cancel: useCallback(() => {
      control.current.abort();
      control.current = new AbortController();
      setProgress({ key, loading: false });
      setCancelled(true);
    }, [key]),
    reload: useCallback(() => setRound((before) => before + 1), []),
  };
}
