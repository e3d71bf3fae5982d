import { useCallback, useEffect, useRef, useState } from "react";
import { type Failure, failureOf, wasAborted } from "./failure.js";

export interface Loaded<Value> {
  /** The last answer, kept while another is on its way. */
  readonly value: Value | undefined;
  readonly failure: Failure | undefined;
  readonly loading: boolean;
  /** When the last answer came, in milliseconds since 1970. */
  readonly loadedMs: number | undefined;
  reload(): void;
}

/**
 * Calls when the page opens and whenever `key` changes; what is still under way then is given up.
 *
 * @param key says everything that `load` depends on; undefined: do not call yet.
 * @param options `everyMs`: calls again at that pace, while the page is looked at.
 */
export function useLoaded<Value>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<Value>,
  { everyMs }: { everyMs?: number } = {},
): Loaded<Value> {
  const [state, setState] = useState<{ key?: string; value?: Value; failure?: Failure; loadedMs?: number }>({});
  const [loading, setLoading] = useState(key !== undefined);
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts what reload asks for.
  useEffect(() => {
    if (key === undefined) return;
    const control = new AbortController();
    setLoading(true);
    latest.current(control.signal).then(
      (value) => {
        if (control.signal.aborted) return;
        setState({ key, value, loadedMs: Date.now() });
        setLoading(false);
      },
      (problem) => {
        if (control.signal.aborted || wasAborted(problem)) return;
        setState((before) => ({ ...before, key, failure: failureOf(problem) }));
        setLoading(false);
      },
    );
    return () => control.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);

  return { value: state.value, failure: state.failure, loading, loadedMs: state.loadedMs, reload };
}
