/**
 * Condition keys that tell of what is read, row by row, and not of the call: of a trace its indexed annotations, and the
 * groups it is in, with their tags. Ours: AWS has none. Names after the slash are as the traces and groups have them, so
 * case-sensitive.
 */
export interface RowKey {
  readonly of: "annotation" | "group-name" | "group-arn" | "group-tag";
  /** Of the annotation or tag; empty for the others. */
  readonly name: string;
}

const named = { "xray:annotation/": "annotation", "xray:grouptag/": "group-tag" } as const;
const whole = { "xray:groupname": "group-name", "xray:grouparn": "group-arn" } as const;

/** @returns undefined for a key that tells of calls. */
export function rowKeyOf(key: string): RowKey | undefined {
  const lower = key.toLowerCase();
  for (const [spelling, of] of Object.entries(whole)) if (lower === spelling) return { of, name: "" };
  for (const [prefix, of] of Object.entries(named))
    if (lower.startsWith(prefix)) return { of, name: key.slice(prefix.length) };
  return undefined;
}
