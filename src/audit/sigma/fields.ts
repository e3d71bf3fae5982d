/** What rules look at: the record of one event, and its text for keywords. */
export interface SigmaEvent {
  readonly record: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface FieldReader {
  /** Whether any value of the field passes: of arrays any element, at every level. Absent and null are no values. */
  some(event: SigmaEvent, test: (value: unknown) => boolean): boolean;
  /** Whether the field is there, if with null. */
  exists(event: SigmaEvent): boolean;
  values(event: SigmaEvent): unknown[];
}

/**
 * Reads a field by its dotted path, as CloudTrail spells it: `userIdentity.sessionContext.sessionIssuer.arn`.
 *
 * `dosimeter.caller` is ours: the ARN of the user, of root, or of the role without the name of its session, or the
 * service; for a stranger its address.
 */
export function fieldReader(name: string): FieldReader {
  if (name === callerField) return computed((event) => callerOf(event.record));
  const path = name.split(".");
  const visit = (value: unknown, depth: number, test: (value: unknown) => boolean): boolean => {
    if (Array.isArray(value)) return value.some((element) => visit(element, depth, test));
    if (depth === path.length) return test(value);
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, path[depth]!)) return false;
    return visit((value as Record<string, unknown>)[path[depth]!], depth + 1, test);
  };
  return {
    some: (event, test) => visit(event.record, 0, (value) => value !== null && value !== undefined && test(value)),
    exists(event) {
      // An empty array is there, too, though it has no element to visit.
      let value: unknown = event.record;
      for (const key of path) {
        if (Array.isArray(value)) return visit(event.record, 0, () => true);
        if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
        value = (value as Record<string, unknown>)[key];
      }
      return value !== undefined;
    },
    values(event) {
      const found: unknown[] = [];
      visit(event.record, 0, (value) => {
        if (value !== null && value !== undefined) found.push(value);
        return false;
      });
      return found;
    },
  };
}

const callerField = "dosimeter.caller";

function computed(read: (event: SigmaEvent) => string): FieldReader {
  return {
    some: (event, test) => test(read(event)),
    exists: () => true,
    values: (event) => [read(event)],
  };
}

/** Who made the call, as findings name them. */
export function callerOf(record: Readonly<Record<string, unknown>>): string {
  const identity = (record["userIdentity"] ?? {}) as {
    type?: unknown;
    arn?: unknown;
    invokedBy?: unknown;
    sessionContext?: { sessionIssuer?: { arn?: unknown } };
  };
  const arn = identity.type === "AssumedRole" ? identity.sessionContext?.sessionIssuer?.arn : identity.arn;
  return textOf(arn ?? identity.arn ?? identity.invokedBy ?? record["sourceIPAddress"] ?? "");
}

/** How a value of a record is compared: numbers and booleans as they are written, objects as their JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
}
