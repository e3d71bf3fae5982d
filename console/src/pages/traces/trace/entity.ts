/**
 * A segment or subsegment as BatchGetTraces gives it, read without trust: whoever sends traces chooses what is in them.
 * What has another type than it should is left out; `raw` is the document as it came.
 */
export interface Entity {
  readonly id: string;
  readonly name: string;
  /** Epoch seconds. */
  readonly start: number;
  /** Undefined while in progress. */
  readonly end: number | undefined;
  readonly parentId: string | undefined;
  readonly inferred: boolean;
  readonly fault: boolean;
  readonly error: boolean;
  readonly throttle: boolean;
  readonly namespace: string | undefined;
  readonly origin: string | undefined;
  readonly raw: JsonObject;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** @returns undefined for what cannot be drawn: it has no id, no name or no start. */
export function readEntity(value: unknown): Entity | undefined {
  if (!isObject(value)) return undefined;
  const { id, name, start_time: start, end_time: end } = value;
  if (typeof id !== "string" || typeof name !== "string" || !isTime(start)) return undefined;
  return {
    id,
    name,
    start,
    // An end before the start is no end that could be drawn.
    end: isTime(end) ? Math.max(start, end) : undefined,
    parentId: textOf(value["parent_id"]),
    inferred: value["inferred"] === true,
    fault: value["fault"] === true,
    error: value["error"] === true,
    throttle: value["throttle"] === true,
    namespace: textOf(value["namespace"]),
    origin: textOf(value["origin"]),
    raw: value,
  };
}

export function subsegmentsOf(value: JsonObject): readonly unknown[] {
  return Array.isArray(value["subsegments"]) ? value["subsegments"] : [];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
