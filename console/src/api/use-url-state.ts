import { useCallback } from "react";
import { navigate, useSearch } from "wouter/use-browser-location";

/**
 * A value that stands in the address, so that a link shows what the sender saw.
 *
 * The browser's own search is read: wouter's `useSearchParams` decodes it twice, and a `%` in a value would be lost.
 *
 * @param fallback stands for an address without the parameter, and is not written into it.
 */
export function useUrlState(name: string, fallback = ""): [value: string, set: (value: string) => void] {
  const parameters = new URLSearchParams(useSearch());
  const set = useCallback(
    (value: string) => {
      // Of the address as it is now: a page may set several values before it is drawn again.
      const after = new URLSearchParams(location.search);
      if (value === fallback) after.delete(name);
      else after.set(name, value);
      const search = after.toString();
      navigate(search === "" ? location.pathname : `${location.pathname}?${search}`, { replace: true });
    },
    [name, fallback],
  );
  return [parameters.get(name) ?? fallback, set];
}
