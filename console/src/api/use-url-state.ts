import { useCallback } from "react";
import { useSearchParams } from "wouter";

/**
 * A value that stands in the address, so that a link shows what the sender saw.
 *
 * @param fallback stands for an address without the parameter, and is not written into it.
 */
export function useUrlState(name: string, fallback = ""): [value: string, set: (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParameters(
        () => {
          // Of the address as it is now: a page may set several values before it is drawn again.
          const after = new URLSearchParams(location.search);
          if (value === fallback) after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
    [setParameters, name, fallback],
  );
  return [parameters.get(name) ?? fallback, set];
}
