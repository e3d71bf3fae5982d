/**
 * Types of Trino, as far as they are served, and how the engine holds their values. The engine has no NULL of an array,
 * a map or a row; so each of these is an array of none (NULL) or one.
 */
export type Type =
  | { readonly kind: Scalar }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  /** The zone is known when the statement is translated, so it is part of the type. */
  | { readonly kind: "timestamp with time zone"; readonly zone: string }
  | { readonly kind: "array"; readonly of: Type }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "row"; readonly fields: readonly Field[] };

export interface Field {
  /** In lower case. */
  readonly name?: string;
  readonly type: Type;
}

export type Scalar =
  /** Of NULL itself: fits everywhere. */
  | "unknown"
  | "boolean"
  | "bigint"
  | "double"
  | "varchar"
  | "date"
  | "timestamp"
  | "json"
  /** map(varchar, varchar) that is still the text of a JSON object, so that one key can be read without the others. */
  | "json map"
  /** Milliseconds. */
  | "interval day to second"
  /** Months. */
  | "interval year to month";

export const unknown: Type = { kind: "unknown" };
export const boolean: Type = { kind: "boolean" };
export const bigint: Type = { kind: "bigint" };
export const double: Type = { kind: "double" };
export const varchar: Type = { kind: "varchar" };
export const date: Type = { kind: "date" };
export const timestamp: Type = { kind: "timestamp" };
export const json: Type = { kind: "json" };
export const jsonMap: Type = { kind: "json map" };
export const dayInterval: Type = { kind: "interval day to second" };
export const monthInterval: Type = { kind: "interval year to month" };
export const arrayOf = (of: Type): Type => ({ kind: "array", of });
export const mapOf = (key: Type, value: Type): Type => ({ kind: "map", key, value });

/** The map that a JSON object is, once all of it is read. */
export const textMap = mapOf(varchar, varchar);

const decimalDigitsMax = 38;

export function decimalOf(precision: number, scale: number): Type {
  return {
    kind: "decimal",
    precision: Math.min(precision, decimalDigitsMax),
    scale: Math.min(scale, decimalDigitsMax),
  };
}

/** How Trino writes the name of a type. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "timestamp":
      return "timestamp(3)";
    case "timestamp with time zone":
      return "timestamp(3) with time zone";
    case "json map":
      return "map(varchar, varchar)";
    case "array":
      return `array(${nameOf(type.of)})`;
    case "map":
      return `map(${nameOf(type.key)}, ${nameOf(type.value)})`;
    case "row":
      return `row(${type.fields.map(({ name, type }) => (name ? `"${name}" ` : "") + nameOf(type)).join(", ")})`;
    default:
      return type.kind;
  }
}

/** The engine's type of a value of this type. */
export function engineType(type: Type): string {
  switch (type.kind) {
    case "unknown":
      return "Nullable(Nothing)";
    case "boolean":
      return "Nullable(UInt8)";
    case "bigint":
    case "interval day to second":
    case "interval year to month":
      return "Nullable(Int64)";
    case "double":
      return "Nullable(Float64)";
    case "varchar":
    case "json":
    case "json map":
      return "Nullable(String)";
    case "date":
      return "Nullable(Date32)";
    case "timestamp":
      return "Nullable(DateTime64(3, 'UTC'))";
    case "timestamp with time zone":
      return `Nullable(DateTime64(3, '${type.zone}'))`;
    case "decimal":
      return `Nullable(Decimal(38, ${type.scale}))`;
    case "array":
      return `Array(Array(${engineType(type.of)}))`;
    case "map":
      return `Array(Array(Tuple(${engineType(type.key)}, ${engineType(type.value)})))`;
    case "row":
      return `Array(Tuple(${type.fields.map(({ type }) => engineType(type)).join(", ")}))`;
  }
}

/** Held as an array of none or one. */
export function isNested(type: Type): boolean {
  return type.kind === "array" || type.kind === "map" || type.kind === "row";
}

export function isNumber(type: Type): boolean {
  return type.kind === "bigint" || type.kind === "double" || type.kind === "decimal";
}

export function isMoment(type: Type): boolean {
  return type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamp with time zone";
}

export function sameType(a: Type, b: Type): boolean {
  return engineType(a) === engineType(b) && nameOf(a) === nameOf(b);
}

/** The type that values of both fit in without loss, as Trino finds it, or undefined. */
export function commonType(a: Type, b: Type): Type | undefined {
  if (a.kind === "unknown" || sameType(a, b)) return b;
  if (b.kind === "unknown") return a;
  if (isNumber(a) && isNumber(b)) return commonNumber(a, b);
  if (isMoment(a) && isMoment(b)) return commonMoment(a, b);
  if (a.kind === "json map") return commonType(textMap, b);
  if (b.kind === "json map") return commonType(a, textMap);
  if (a.kind === "array" && b.kind === "array") {
    const of = commonType(a.of, b.of);
    return of && arrayOf(of);
  }
  if (a.kind === "map" && b.kind === "map") {
    const key = commonType(a.key, b.key);
    const value = commonType(a.value, b.value);
    return key && value && mapOf(key, value);
  }
  if (a.kind === "row" && b.kind === "row") return commonRow(a.fields, b.fields);
  return undefined;
}

function commonNumber(a: Type, b: Type): Type {
  if (a.kind === "double" || b.kind === "double") return double;
  const [x, y] = [asDecimal(a), asDecimal(b)];
  const scale = Math.max(x.scale, y.scale);
  return decimalOf(Math.max(x.precision - x.scale, y.precision - y.scale) + scale, scale);
}

/** A whole number takes part in decimal arithmetic as decimal(19, 0). */
export function asDecimal(type: Type): { readonly precision: number; readonly scale: number } {
  return type.kind === "decimal" ? type : { precision: 19, scale: 0 };
}

function commonMoment(a: Type, b: Type): Type {
  if (a.kind === "timestamp with time zone") return a;
  return b.kind === "timestamp with time zone" ? b : timestamp;
}

function commonRow(a: readonly Field[], b: readonly Field[]): Type | undefined {
  if (a.length !== b.length) return undefined;
  const fields: Field[] = [];
  for (const [index, { name, type }] of a.entries()) {
    const common = commonType(type, b[index]!.type);
    if (common === undefined) return undefined;
    fields.push({ name: name === b[index]!.name ? name : undefined, type: common });
  }
  return { kind: "row", fields };
}
