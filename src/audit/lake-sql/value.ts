import { QueryRefused } from "./query-refused.js";
import {
  commonType,
  engineType,
  type Field,
  isMoment,
  isNested,
  nameOf,
  sameType,
  type Type,
  textMap,
  varchar,
} from "./types.js";

/** An expression as the engine computes it. All SQL of values is written here and by the functions, from parts alone. */
export interface Value {
  readonly type: Type;
  readonly sql: string;
  /** Depends on a column of the row, so it has no one value in a group. */
  readonly ofRow: boolean;
  /** Text that was written as a literal: functions take patterns and paths from it. */
  readonly literal?: string;
  /** A row that is not made yet: each of its fields is read where it is, and only if it is asked for. */
  readonly parts?: Parts;
  /** Of a JSON map: one key of it, read where it is. */
  entry?(key: string): Value;
  /** Of an array of rows in the record: SQL of a plain list of one of their fields. All of them are of one length. */
  members?(index: number): string;
}

export interface Parts {
  field(index: number): Value;
  /** SQL that is 1 where the whole row is NULL. */
  isNull(): string;
}

/** A string literal of the engine: backslashes and quotes escaped, and everything that is not plain text. */
export function quoted(text: string): string {
  const escaped = text.replace(/[\\']/g, "\\$&").replace(/[\0\b\f\n\r\t\v]/g, (control) => {
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `'${escaped}'`;
}

export function value(type: Type, sql: string, ...from: readonly Value[]): Value {
  return { type, sql, ofRow: from.some(({ ofRow }) => ofRow) };
}

export const nullOf = (type: Type): Value =>
  value(
    type,
    isNested(type)
      ? `CAST([], ${quoted(engineType(type))})`
      : type.kind === "unknown"
        ? "NULL"
        : `CAST(NULL, ${quoted(engineType(type))})`,
  );

export const textValue = (text: string): Value => ({ ...value(varchar, quoted(text)), literal: text });

/** SQL that is 1 or 0: whether this is NULL. */
export function isNull(of: Value): string {
  if (of.parts) return of.parts.isNull();
  return isNested(of.type) ? `empty(${of.sql})` : `isNull(${of.sql})`;
}

/** A row whose fields are read one by one; its `sql` makes all of it. */
export function spreadRow(fields: readonly Field[], parts: Parts, ofRow: boolean): Value {
  const type: Type = { kind: "row", fields };
  return {
    type,
    ofRow,
    parts,
    get sql() {
      const members = fields.map((_, index) => parts.field(index).sql);
      return `if(${parts.isNull()}, [], CAST([tuple(${members.join(", ")})], ${quoted(engineType(type))}))`;
    },
  };
}

export function fieldOf(row: Value, name: string): Value | undefined {
  if (row.type.kind !== "row") return undefined;
  const index = row.type.fields.findIndex((field) => field.name === name);
  return index < 0 ? undefined : fieldAt(row, index);
}

export function fieldAt(row: Value, index: number): Value {
  if (row.parts) return row.parts.field(index);
  const { type } = (row.type as Type & { kind: "row" }).fields[index]!;
  // Beyond the end of an array is the default of its type: a tuple of NULLs.
  return value(type, `tupleElement(arrayElement(${row.sql}, 1), ${index + 1})`, row);
}

let names = 0;

/** A name for the SQL that nothing else in the statement has. A statement is translated without a pause, from 0. */
export function freshName(prefix = "v"): string {
  return `${prefix}${names++}`;
}

export function startNames(): void {
  names = 0;
}

/** What a body makes of a nested value's content, NULL where there is none. The value's text is written once. */
export function within(of: Value, result: Type, body: (content: string) => string): Value {
  const name = freshName();
  const made = `CAST(${body(name)}, ${quoted(engineType(result))})`;
  return value(result, `arrayElement(arrayMap(${name} -> ${made}, ${of.sql}), 1)`, of);
}

/** A nested value with other content, NULL where there was none. */
export function rebuilt(of: Value, result: Type, body: (content: string) => string): Value {
  const name = freshName();
  return value(result, `arrayMap(${name} -> ${body(name)}, ${of.sql})`, of);
}

/** The value in another type that it fits in; not a cast: nothing is lost, and nothing can fail. */
export function coerced(from: Value, to: Type): Value {
  if (sameType(from.type, to)) return from;
  if (from.type.kind === "unknown") return nullOf(to);
  return { ...value(to, coercedSql(from.sql, from.type, to), from), literal: from.literal };
}

function coercedSql(sql: string, from: Type, to: Type): string {
  if (sameType(from, to)) return sql;
  if (from.kind === "unknown") return nullOf(to).sql;
  if (from.kind === "json map") return coercedSql(readMap(sql), textMap, to);
  const name = freshName();
  if (from.kind === "array" && to.kind === "array") {
    const each = coercedSql(name, from.of, to.of);
    return `arrayMap(${name}a -> arrayMap(${name} -> ${each}, ${name}a), ${sql})`;
  }
  if (from.kind === "map" && to.kind === "map") {
    const pair = `tuple(${coercedSql(`${name}.1`, from.key, to.key)}, ${coercedSql(`${name}.2`, from.value, to.value)})`;
    return `arrayMap(${name}a -> arrayMap(${name} -> ${pair}, ${name}a), ${sql})`;
  }
  if (from.kind === "row" && to.kind === "row") {
    const members = from.fields.map(({ type }, index) =>
      coercedSql(`${name}.${index + 1}`, type, to.fields[index]!.type),
    );
    return `CAST(arrayMap(${name} -> tuple(${members.join(", ")}), ${sql}), ${quoted(engineType(to))})`;
  }
  return `CAST(${sql}, ${quoted(engineType(to))})`;
}

/** All members of a JSON object, as text. */
function readMap(sql: string): string {
  const name = freshName();
  const members = `JSONExtractKeysAndValues(assumeNotNull(${name}), 'Nullable(String)')`;
  const pairs = `CAST(${members}, ${quoted("Array(Tuple(Nullable(String), Nullable(String)))")})`;
  return `arrayMap(${name} -> ${pairs}, arrayFilter(${name} -> isNotNull(${name}), [${sql}]))`;
}

export function asMap(of: Value): Value {
  return of.type.kind === "json map" ? coerced(of, textMap) : of;
}

/** Both in a type they have in common. Text that was written as a literal also stands for a moment, as CloudTrail has it. */
export function unified(values: readonly Value[], what: string): readonly Value[] {
  const moment = values.find(({ type }) => isMoment(type))?.type;
  const read = values.map((one) => (moment && one.literal !== undefined ? momentOf(one.literal, moment) : one));
  let type: Type = { kind: "unknown" };
  for (const one of read) {
    const common = commonType(type, one.type);
    if (common === undefined)
      throw new QueryRefused(`${what}: ${nameOf(type)} and ${nameOf(one.type)} do not go together`);
    type = common;
  }
  return read.map((one) => coerced(one, type));
}

const momentShape = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(?: ?(Z|UTC))?$/;

/** A date or a timestamp that was written as text, checked; its fraction is cut to milliseconds. */
export function momentOf(text: string, type: Type): Value {
  const match = momentShape.exec(text.trim());
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1, 7).map((part) => Number(part ?? 0));
  const ms = Number((match?.[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const moment = new Date(Date.UTC(year!, month! - 1, day!, hour!, minute!, second!, ms));
  if (
    match === null ||
    moment.getUTCDate() !== day ||
    moment.getUTCHours() !== hour ||
    moment.getUTCMinutes() !== minute ||
    second! > 59
  )
    throw new QueryRefused(`'${text.slice(0, 60)}' is not a valid ${nameOf(type)}`);
  if (year! < 1900 || year! > 2299)
    throw new QueryRefused(`'${text.slice(0, 60)}': years from 1900 to 2299 are supported`);
  return instant(
    moment.getTime(),
    type.kind === "date" && match[4] === undefined
      ? { kind: "date" }
      : type.kind === "date"
        ? { kind: "timestamp" }
        : type,
  );
}

export function instant(timeMs: number, type: Type): Value {
  const text = new Date(timeMs).toISOString().replace("T", " ").replace("Z", "");
  if (type.kind === "date") return value(type, `toDate32('${text.slice(0, 10)}')`);
  if (type.kind !== "timestamp with time zone" || type.zone === "UTC")
    return value(type, `toDateTime64('${text}', 3, 'UTC')`);
  return value(type, `toTimeZone(toDateTime64('${text}', 3, 'UTC'), ${quoted(type.zone)})`);
}
