import { useSyncExternalStore } from "react";
import { session } from "../api/session.js";

/** Something that was done, or failed, told above the page until it is dismissed. */
export interface Notice {
  readonly id: string;
  readonly type: "success" | "error" | "info";
  readonly text: string;
}

const noticesMax = 20;
/** What went well needs no answer: it goes by itself, once there was time to read it. */
const successMs = 15_000;
let notices: readonly Notice[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

// What one person did is not told to the next.
session.subscribe(() => {
  if (session.get().person === undefined && notices.length > 0) set([]);
});

export function notify(type: Notice["type"], text: string): void {
  count += 1;
  const id = String(count);
  set([{ id, type, text }, ...notices].slice(0, noticesMax));
  if (type === "success") setTimeout(() => dismiss(id), successMs);
}

const dismiss = (id: string) => set(notices.filter((notice) => notice.id !== id));

export function useNotices() {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
  return { notices: current, dismiss };
}
