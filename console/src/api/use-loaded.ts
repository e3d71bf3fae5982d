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

/** The last call that came back. */
interface Settled<Value> extends Partial<Pick<Loaded<Value>, "value" | "failure" | "loadedMs">> {
  readonly key?: string;
  readonly round?: number;
}

interface Options<Value> {
  readonly everyMs?: number | ((settled: Settled<Value>) => number | undefined);
}

/**
 * Calls when the page opens and whenever `key` changes; what is still under way then is given up.
 *
 * @param key says everything that `load` depends on; undefined: do not call yet.
 * @param options `everyMs`: calls again so long after an answer, while the page is looked at; undefined: not again.
 */
export function useLoaded<Value>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<Value>,
  { everyMs }: Options<Value> = {},
): Loaded<Value> {
  const [settled, setSettled] = useState<Settled<Value>>({});
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const loading = key !== undefined && (settled.key !== key || settled.round !== round);

  useEffect(() => {
    if (key === undefined) return;
    const control = new AbortController();
    latest.current(control.signal).then(
      (value) => {
        if (!control.signal.aborted) setSettled({ key, round, value, loadedMs: Date.now() });
      },
      (problem) => {
        if (control.signal.aborted || wasAborted(problem)) return;
        // The answer to another question does not stand beside this one's failure.
        setSettled((before) => ({ ...(before.key === key && before), key, round, failure: failureOf(problem) }));
      },
    );
    return () => control.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  const pauseMs = typeof everyMs === "function" ? everyMs(settled) : everyMs;
  useEffect(() => {
    // A call that takes longer than the pause is waited for: given up each time, it would never answer.
    if (pauseMs === undefined || loading) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, pauseMs);
    return () => clearInterval(timer);
  }, [pauseMs, loading, reload]);

  const { value, failure, loadedMs } = settled;
  return { value, failure, loading, loadedMs, reload };
}
