import { useCallback } from "react";
import { navigate, useSearch } from "wouter/use-browser-location";

/** Given the parameters as they are now, those that there shall be. */
type Change = (before: URLSearchParams) => URLSearchParams;

/**
 * All parameters of the address, so that a link shows what the sender saw.
 *
 * The browser's own search is read: wouter's `useSearchParams` decodes it twice, and a `%` in a value would be lost.
 *
 * @returns them, and what changes them; `push`: the way back leads to what there was.
 */
export function useUrlParameters(): [URLSearchParams, (change: Change, options?: { push?: boolean }) => void] {
  const parameters = new URLSearchParams(useSearch());
  const change = useCallback((to: Change, { push = false } = {}) => {
    // Of the address as it is now: a page may set several values before it is drawn again.
    const search = to(new URLSearchParams(location.search)).toString();
    navigate(search === "" ? location.pathname : `${location.pathname}?${search}`, { replace: !push });
  }, []);
  return [parameters, change];
}

/**
 * One value of the address.
 *
 * @param fallback stands for an address without the parameter, and is not written into it.
 */
export function useUrlState(name: string, fallback = ""): [value: string, set: (value: string) => void] {
  const [parameters, change] = useUrlParameters();
  const set = useCallback(
    (value: string) =>
      change((parameters) => {
        if (value === fallback) parameters.delete(name);
        else parameters.set(name, value);
        return parameters;
      }),
    [change, name, fallback],
  );
  return [parameters.get(name) ?? fallback, set];
}
