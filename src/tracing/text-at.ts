/** A text of an object that a sender made; undefined if it is absent, empty or something else. */
export function textAt(value: unknown, member: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text = (value as Record<string, unknown>)[member];
  return typeof text === "string" && text !== "" ? text : undefined;
}
