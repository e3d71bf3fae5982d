import { useSyncExternalStore } from "react";

/** Something that was done, or failed, told above the page until it is dismissed. */
export interface Notice {
  readonly id: string;
  readonly type: "success" | "error" | "info";
  readonly text: string;
}

const noticesMax = 20;
let notices: readonly Notice[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

export function notify(type: Notice["type"], text: string): void {
  count += 1;
  set([{ id: String(count), type, text }, ...notices].slice(0, noticesMax));
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
