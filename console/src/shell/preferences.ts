import { applyDensity, applyMode, Density, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

/** What a person likes. Kept by the browser; nothing of it is secret. */
export interface Preferences {
  readonly mode: "light" | "dark" | "system";
  readonly density: "comfortable" | "compact";
  readonly times: "local" | "utc";
}

const storageKey = "dosimeter-preferences";
const defaults: Preferences = { mode: "system", density: "comfortable", times: "local" };
const listeners = new Set<() => void>();
const systemDark = matchMedia("(prefers-color-scheme: dark)");
let current = read();

function read(): Preferences {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(storageKey) ?? "{}") };
  } catch {
    return defaults;
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(storageKey, JSON.stringify(current));
  applyPreferences();
  for (const listener of listeners) listener();
}

export function applyPreferences(): void {
  applyMode(isDark() ? Mode.Dark : Mode.Light);
  applyDensity(current.density === "compact" ? Density.Compact : Density.Comfortable);
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  return current.mode === "dark" || (current.mode === "system" && systemDark.matches);
}

systemDark.addEventListener("change", applyPreferences);

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
