import type { InputNumbers } from "../services/operation.js";
import { ServiceError, validationError } from "../services/service-error.js";
import { dateOfSeconds, parseBase64, parseTimestamp } from "./protocols/scalar-text.js";
import type { Member, Shape, StructureShape } from "./protocols/shape.js";

/** Turns parsed JSON into the SDK's typed input. @throws ServiceError SerializationException, ValidationException. */
export type JsonReader = (value: unknown) => Record<string, unknown>;

type Reader = (value: unknown, at: Place, missing: string[]) => unknown;

/** Where in the input a reader is; spelled out only when something is wrong there. */
interface Place {
  readonly parent: Place | undefined;
  readonly name: string;
  readonly depth: number;
}

/** Deeper than any real input of these APIs, and far from the end of the stack. */
const depthMax = 100;

/**
 * Compiles the one strict check of JSON input: JSON types as the schema has them, required members there, `null` the
 * same as absent, unknown members ignored. The SDK's own readers are lenient (`"Sampling":"yes"` and a body of `[1]`
 * pass), so check and conversion are one walk of ours. Constraints of values are the operations' own.
 *
 * @param members those of the structure that the body carries; all of them where absent.
 * @param numbers `int32` where an API's inputs know no other numbers: the schemas do not tell them apart.
 */
export function compileJsonReader(
  shape: StructureShape,
  members: readonly Member[] = shape.members,
  numbers: InputNumbers = "any",
): JsonReader {
  const read = structureReader(members, numbers);
  return (value) => {
    const missing: string[] = [];
    const input = read(value, { parent: undefined, name: "", depth: 0 }, missing) as Record<string, unknown>;
    refuseMissing(missing);
    return input;
  };
}

/** @throws ServiceError ValidationException, worded as AWS's service framework does, if there is any. */
export function refuseMissing(missing: readonly string[]): void {
  const { length } = missing;
  if (length === 0) return;
  const problems = missing.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  throw validationError(`${length} validation error${length > 1 ? "s" : ""} detected: ${problems.join("; ")}`);
}

const compiled: Readonly<Record<InputNumbers, WeakMap<StructureShape, Reader>>> = {
  any: new WeakMap(),
  int32: new WeakMap(),
};

function readerOf(shape: Shape, numbers: InputNumbers): Reader {
  switch (shape.kind) {
    case "structure": {
      const known = compiled[numbers].get(shape);
      if (known !== undefined) return known;
      let reader: Reader | undefined;
      // Compiled when first met, since a structure may contain itself.
      const lazy: Reader = (value, at, missing) => {
        reader ??= structureReader(shape.members, numbers);
        return reader(value, at, missing);
      };
      compiled[numbers].set(shape, lazy);
      return lazy;
    }
    case "list":
      return listReader(readerOf(shape.item.shape, numbers));
    case "map":
      return mapReader(readerOf(shape.value.shape, numbers));
    case "string":
      return (value, at) => (typeof value === "string" ? value : mismatch(value, "String", at));
    case "boolean":
      return (value, at) => (typeof value === "boolean" ? value : mismatch(value, "Boolean", at));
    case "number":
      if (numbers === "int32") return (value, at) => (isInt32(value) ? value : mismatch(value, "Integer", at));
      return (value, at) =>
        typeof value === "number" && Number.isFinite(value) ? value : mismatch(value, "Number", at);
    case "integer":
      return (value, at) => (Number.isSafeInteger(value) ? BigInt(value as number) : mismatch(value, "Integer", at));
    case "decimal":
      return (value, at) =>
        typeof value === "number" && Number.isFinite(value) ? value : mismatch(value, "Number", at);
    case "timestamp":
      return (value, at) => timestampOf(value) ?? mismatch(value, "Timestamp", at);
    case "blob":
      return (value, at) => (typeof value === "string" ? parseBase64(value) : undefined) ?? mismatch(value, "Blob", at);
    case "document":
      return (value) => value;
  }
}

function isInt32(value: unknown): boolean {
  return typeof value === "number" && (value | 0) === value;
}

function structureReader(members: readonly Member[], numbers: InputNumbers): Reader {
  const readers = members.map(({ name, shape, required }) => ({ name, required, read: readerOf(shape, numbers) }));
  return (value, at, missing) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return mismatch(value, "Structure", at);
    if (at.depth > depthMax) throw serializationError(`The request is nested deeper than ${depthMax} levels.`);
    const source = value as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const { name, required, read } of readers) {
      // Own members only: a member called like a method of Object must not be found where none was sent.
      const member = Object.hasOwn(source, name) ? source[name] : undefined;
      if (member === undefined || member === null) {
        if (required) missing.push(pathOf({ parent: at, name, depth: 0 }));
        continue;
      }
      result[name] = read(member, { parent: at, name, depth: at.depth + 1 }, missing);
    }
    return result;
  };
}

function listReader(readItem: Reader): Reader {
  return (value, at, missing) => {
    if (!Array.isArray(value)) return mismatch(value, "List", at);
    const place: Place = { parent: at, name: "member", depth: at.depth + 1 };
    const result: unknown[] = [];
    // Like a null member, a null item counts as not sent.
    for (const item of value) if (item !== null) result.push(readItem(item, place, missing));
    return result;
  };
}

function mapReader(readValue: Reader): Reader {
  return (value, at, missing) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return mismatch(value, "Map", at);
    const place: Place = { parent: at, name: "value", depth: at.depth + 1 };
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value))
      if (item !== null) defineEntry(result, key, readValue(item, place, missing));
    return result;
  };
}

/** Sets a key the caller chose: `__proto__` becomes an entry like any other. */
export function defineEntry(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  else map[key] = value;
}

/** Epoch seconds, with or without a fraction, or ISO 8601 text. */
function timestampOf(value: unknown): Date | undefined {
  if (typeof value === "number") return dateOfSeconds(value);
  return typeof value === "string" ? parseTimestamp(value) : undefined;
}

function mismatch(value: unknown, wanted: string, at: Place): never {
  const path = pathOf(at);
  throw serializationError(`${kindOf(value)} can not be converted to a ${wanted}${path === "" ? "" : ` at '${path}'`}`);
}

/** The names AWS's JSON front end has for what it found. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "LIST_VALUE";
  switch (typeof value) {
    case "string":
      return "STRING_VALUE";
    case "number":
      return "NUMBER_VALUE";
    case "boolean":
      return value ? "TRUE_VALUE" : "FALSE_VALUE";
    default:
      return value === null ? "NULL_VALUE" : "STRUCTURE_VALUE";
  }
}

function pathOf(at: Place): string {
  const names: string[] = [];
  for (let place: Place | undefined = at; place !== undefined; place = place.parent)
    if (place.name !== "") names.unshift(lowerFirst(place.name));
  return names.join(".");
}

/** Paths in error messages have members in lower camel case: `traceIds`. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function serializationError(message: string): ServiceError {
  return new ServiceError("SerializationException", message);
}
