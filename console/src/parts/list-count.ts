/** `(3)` behind a heading; nothing while it is not known, or could not be read. */
export function listCount(items: readonly unknown[] | undefined): { counter?: string } {
  return items === undefined ? {} : { counter: `(${items.length})` };
}
