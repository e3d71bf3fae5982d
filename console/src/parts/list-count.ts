import type { Pages } from "../api/use-pages.js";

/** `(3)` behind a heading; nothing while it is not known, or could not be read. */
export function listCount(items: readonly unknown[] | undefined): { counter?: string } {
  return items === undefined ? {} : { counter: `(${items.length})` };
}

/** The same of a list that comes in pages: `(50+)` where there is more. */
export function pagesCount({ items, more, loading, failure }: Pages<unknown>): { counter?: string } {
  const isKnown = items.length > 0 || (!loading && failure === undefined);
  return isKnown ? { counter: `(${items.length}${more ? "+" : ""})` } : {};
}
