import { printed } from "./print.js";
import { QueryRefused } from "./query-refused.js";
import type { TypeName } from "./tree.js";
import {
  arrayOf,
  bigint,
  boolean,
  commonType,
  date,
  dayInterval,
  decimalOf,
  double,
  engineType,
  isMoment,
  isNested,
  isNumber,
  json,
  mapOf,
  monthInterval,
  nameOf,
  sameType,
  type Type,
  timestamp,
  varchar,
} from "./types.js";
import { asMap, coerced, freshName, momentOf, quoted, type Value, value } from "./value.js";

const wholeTypes: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, integer: 32, int: 32, bigint: 64 };

const plainTypes: Readonly<Record<string, Type>> = {
  boolean,
  double,
  real: double,
  varchar,
  char: varchar,
  date,
  timestamp,
  "timestamp with time zone": { kind: "timestamp with time zone", zone: "UTC" },
  json,
  "interval day to second": dayInterval,
  "interval year to month": monthInterval,
};

/** The type that a statement names. A length of text is not kept, and all whole numbers are bigint. */
export function typeOf({ name, numbers, of }: TypeName): Type {
  const types = of.map(({ type }) => typeOf(type));
  if (name === "array" && types.length === 1) return arrayOf(types[0]!);
  if (name === "map" && types.length === 2) return mapOf(types[0]!, types[1]!);
  if (name === "row" && types.length > 0)
    return { kind: "row", fields: of.map(({ name }, index) => ({ name: name?.toLowerCase(), type: types[index]! })) };
  if (name === "decimal" && numbers.length <= 2) return decimalType(numbers[0] ?? 38, numbers[1] ?? 0);
  if (Object.hasOwn(wholeTypes, name)) return bigint;
  if (Object.hasOwn(plainTypes, name)) return plainTypes[name]!;
  throw new QueryRefused(`Unknown or unsupported type: ${name}`);
}

function decimalType(precision: number, scale: number): Type {
  if (precision < 1 || precision > 38 || scale > precision)
    throw new QueryRefused(`decimal(${precision},${scale}) is not a valid type`);
  return decimalOf(precision, scale);
}

/** CAST, or with `orNull` TRY_CAST: what cannot be converted fails, or is NULL. `exactly` makes the engine use the type. */
export function castTo(from: Value, to: Type, orNull: boolean, exactly = false): Value {
  if (exactly) return value(to, `CAST(${from.sql}, ${quoted(engineType(to))})`, from);
  if (sameType(from.type, to)) return from;
  if (from.literal !== undefined && isMoment(to) && !orNull) return castMoment(momentOf(from.literal, to), to);
  if (isNested(to) && (isNested(from.type) || from.type.kind === "json map"))
    return castNested(asMap(from), to, orNull);
  const sql = converted(from, to, orNull);
  if (sql === undefined) throw new QueryRefused(`Cannot cast ${nameOf(from.type)} to ${nameOf(to)}`);
  return value(to, sql, from);
}

function castMoment(from: Value, to: Type): Value {
  return sameType(from.type, to) ? from : castTo(from, to, false);
}

function converted(from: Value, to: Type, orNull: boolean): string | undefined {
  const { kind } = from.type;
  if (kind === "unknown") return coerced(from, to).sql;
  if (kind === "json" && to.kind !== "varchar") return fromJson(from.sql, to);
  switch (to.kind) {
    case "varchar":
      if (kind === "json")
        return `if(JSONType(${from.sql}) = 'String', JSONExtractString(${from.sql}), nullIf(${from.sql}, 'null'))`;
      return isNested(from.type) || kind === "json map" ? undefined : printed(from);
    case "bigint":
      return toWhole(from, orNull);
    case "double":
      if (kind === "varchar") return `toFloat64${orNull ? "OrNull" : ""}(${from.sql})`;
      return isNumber(from.type) || kind === "boolean" ? `toFloat64(${from.sql})` : undefined;
    case "decimal":
      return toDecimal(from, to.precision, to.scale, orNull);
    case "boolean":
      return toBoolean(from, orNull);
    case "date":
    case "timestamp":
    case "timestamp with time zone":
      return toMoment(from, to, orNull);
    case "json":
      return toJson(from.sql, from.type);
    default:
      return undefined;
  }
}

function toWhole(from: Value, orNull: boolean): string | undefined {
  const fitted = (sql: string) =>
    orNull ? `accurateCastOrNull(${sql}, 'Int64')` : `accurateCast(${sql}, 'Nullable(Int64)')`;
  switch (from.type.kind) {
    case "varchar":
      return `toInt64${orNull ? "OrNull" : ""}(${from.sql})`;
    case "boolean":
      return `toInt64(${from.sql})`;
    case "double":
      // Half up, as Java's Math.round.
      return fitted(`floor(${from.sql} + 0.5)`);
    case "decimal":
      return fitted(`toInt256(round(${from.sql}))`);
    default:
      return undefined;
  }
}

function toDecimal(from: Value, precision: number, scale: number, orNull: boolean): string | undefined {
  // Digits beyond the scale are rounded, not cut.
  const wide = Math.min(scale + 20, 38);
  const read =
    from.type.kind === "varchar"
      ? `toDecimal256${orNull ? "OrNull" : ""}(${from.sql}, ${wide})`
      : isNumber(from.type)
        ? `CAST(${from.sql}, 'Nullable(Decimal(76, ${wide}))')`
        : undefined;
  if (read === undefined) return undefined;
  const rounded = `round(${read}, ${scale})`;
  const tooLarge = `abs(${rounded}) >= toDecimal256('1${"0".repeat(precision - scale)}', 0)`;
  const checked = orNull
    ? `if(${tooLarge}, NULL, ${rounded})`
    : failing(tooLarge, `Cannot cast to decimal(${precision},${scale})`, rounded);
  return `CAST(${checked}, 'Nullable(Decimal(38, ${scale}))')`;
}

/** The value, unless this condition holds. */
export function failing(condition: string, message: string, sql: string): string {
  return `if(throwIf(ifNull(${condition}, 0), ${quoted(message)}) = 0, ${sql}, NULL)`;
}

function toBoolean(from: Value, orNull: boolean): string | undefined {
  if (isNumber(from.type)) return `(${from.sql} != 0)`;
  if (from.type.kind !== "varchar") return undefined;
  const read = `transform(lowerUTF8(${from.sql}), ['true', 't', '1', 'false', 'f', '0'], [1, 1, 1, 0, 0, 0], NULL)`;
  return orNull ? read : failing(`isNotNull(${from.sql}) AND isNull(${read})`, "Cannot cast to boolean", read);
}

/** What Trino reads; the engine's own reader takes far more. */
const momentPattern =
  "^\\\\s*\\\\d{4}-\\\\d{2}-\\\\d{2}([ T]\\\\d{2}:\\\\d{2}(:\\\\d{2}(\\\\.\\\\d{1,9})?)?)? ?(Z|UTC)?\\\\s*$";

function toMoment(from: Value, to: Type, orNull: boolean): string | undefined {
  if (from.type.kind === "varchar") {
    const read = `if(match(ifNull(${from.sql}, ''), '${momentPattern}'), parseDateTime64BestEffortOrNull(${from.sql}, 3, 'UTC'), NULL)`;
    const checked = orNull
      ? read
      : failing(`isNotNull(${from.sql}) AND isNull(${read})`, `Value cannot be cast to ${nameOf(to)}`, read);
    return to.kind === "date" ? `toDate32(${checked})` : `CAST(${checked}, ${quoted(engineType(to))})`;
  }
  if (!isMoment(from.type)) return undefined;
  if (to.kind === "date") return `toDate32(${from.sql})`;
  // The time that a clock in the zone shows, as a time without zone.
  if (from.type.kind === "timestamp with time zone" && to.kind === "timestamp")
    return `toDateTime64(toString(${from.sql}), 3, 'UTC')`;
  if (from.type.kind === "date") return `toDateTime64(${from.sql}, 3, 'UTC')`;
  return `CAST(${from.sql}, ${quoted(engineType(to))})`;
}

function castNested(from: Value, to: Type, orNull: boolean): Value {
  const common = commonType(from.type, to);
  if (common && sameType(common, to)) return coerced(from, to);
  return value(to, castMembers(from.sql, from.type, to, orNull), from);
}

function castMembers(sql: string, from: Type, to: Type, orNull: boolean): string {
  const name = freshName();
  const member = (inner: string, a: Type, b: Type) => castTo(value(a, inner), b, orNull).sql;
  if (from.kind === "array" && to.kind === "array")
    return `CAST(arrayMap(${name}a -> arrayMap(${name} -> ${member(name, from.of, to.of)}, ${name}a), ${sql}), ${quoted(engineType(to))})`;
  if (from.kind === "map" && to.kind === "map") {
    const pair = `tuple(${member(`${name}.1`, from.key, to.key)}, ${member(`${name}.2`, from.value, to.value)})`;
    return `CAST(arrayMap(${name}a -> arrayMap(${name} -> ${pair}, ${name}a), ${sql}), ${quoted(engineType(to))})`;
  }
  if (from.kind === "row" && to.kind === "row" && from.fields.length === to.fields.length) {
    const members = from.fields.map(({ type }, at) => member(`${name}.${at + 1}`, type, to.fields[at]!.type));
    return `CAST(arrayMap(${name} -> tuple(${members.join(", ")}), ${sql}), ${quoted(engineType(to))})`;
  }
  throw new QueryRefused(`Cannot cast ${nameOf(from)} to ${nameOf(to)}`);
}

/** JSON as a value of this type; what does not fit is NULL. */
function fromJson(sql: string, to: Type): string {
  const name = freshName();
  switch (to.kind) {
    case "array": {
      const each = to.of.kind === "json" ? name : castTo(value(json, name), to.of, true).sql;
      return `arrayMap(${name}a -> CAST(arrayMap(${name} -> ${each}, JSONExtractArrayRaw(assumeNotNull(${name}a))), ${quoted(`Array(${engineType(to.of)})`)}), arrayFilter(${name}a -> ifNull(JSONType(${name}a) = 'Array', 0), [${sql}]))`;
    }
    case "map": {
      if (to.key.kind !== "varchar") break;
      const each = castTo(value(json, `toNullable(${name}.2)`), to.value, true).sql;
      return `arrayMap(${name}a -> CAST(arrayMap(${name} -> tuple(${name}.1, ${each}), JSONExtractKeysAndValuesRaw(assumeNotNull(${name}a))), ${quoted(`Array(Tuple(Nullable(String), ${engineType(to.value)}))`)}), arrayFilter(${name}a -> ifNull(JSONType(${name}a) = 'Object', 0), [${sql}]))`;
    }
    case "bigint":
    case "double":
    case "boolean":
    case "decimal":
      return castTo(value(varchar, castTo(value(json, sql), varchar, true).sql), to, true).sql;
    default:
  }
  throw new QueryRefused(`Cannot cast json to ${nameOf(to)}`);
}

/** The text of a value as JSON. */
export function toJson(sql: string, type: Type): string {
  const name = freshName();
  switch (type.kind) {
    case "json":
    case "json map":
      return sql;
    case "varchar":
      return `toJSONString(${sql})`;
    case "unknown":
      return "CAST(NULL, 'Nullable(String)')";
    case "bigint":
    case "double":
      return `toString(${sql})`;
    case "array": {
      const members = `arrayStringConcat(arrayMap(${name} -> assumeNotNull(ifNull(${toJson(name, type.of)}, 'null')), ${name}a), ',')`;
      return `arrayElementOrNull(arrayMap(${name}a -> concat('[', ${members}, ']'), ${sql}), 1)`;
    }
    case "map": {
      const key = printed(value(type.key, `${name}.1`));
      const pair = `assumeNotNull(concat(toJSONString(${key}), ':', ifNull(${toJson(`${name}.2`, type.value)}, 'null')))`;
      return `arrayElementOrNull(arrayMap(${name}a -> concat('{', arrayStringConcat(arrayMap(${name} -> ${pair}, ${name}a), ','), '}'), ${sql}), 1)`;
    }
    case "row": {
      const members = type.fields.map(
        (field, at) =>
          `${quoted(`${JSON.stringify(field.name ?? "")}:`)}, ifNull(${toJson(`${name}.${at + 1}`, field.type)}, 'null')`,
      );
      return `arrayElementOrNull(arrayMap(${name} -> assumeNotNull(concat('{', ${members.join(", ',', ")}, '}')), ${sql}), 1)`;
    }
    case "decimal":
      return printed(value(type, sql));
    case "boolean":
      return printed(value(type, sql));
    default:
      return `toJSONString(${printed(value(type, sql))})`;
  }
}
