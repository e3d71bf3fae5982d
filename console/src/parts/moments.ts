import { usePreferences } from "../shell/preferences.js";

/** Writes times as the person likes them. */
export interface Moments {
  /** `2026-11-27 14:03:09`, with milliseconds where asked for. */
  readonly full: (time: Date | number, options?: { milliseconds?: boolean }) => string;
  /** `14:03:09` */
  readonly clock: (time: Date | number) => string;
  /** `UTC` or the zone's name, for headings. */
  readonly zone: string;
}

/** @returns writers of times, given as dates or milliseconds since 1970. */
export function useMoments(): Moments {
  return momentsIn(usePreferences().times);
}

export function momentsIn(times: "local" | "utc"): Moments {
  const parts = (time: Date | number) => {
    const date = new Date(time);
    // The same writing in both: a local time is that of UTC, moved.
    const shown = times === "utc" ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
    return shown.toISOString();
  };
  return {
    full: (time, { milliseconds = false } = {}) =>
      parts(time)
        .slice(0, milliseconds ? 23 : 19)
        .replace("T", " "),
    clock: (time) => parts(time).slice(11, 19),
    zone: times === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}
