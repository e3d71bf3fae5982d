import { QueryRefused } from "./query-refused.js";
import type { BinaryOperator } from "./tree.js";
import {
  asDecimal,
  bigint,
  boolean,
  dayInterval,
  decimalOf,
  double,
  isMoment,
  isNested,
  isNumber,
  nameOf,
  type Type,
  timestamp,
  varchar,
} from "./types.js";
import { coerced, isNull, unified, type Value, value } from "./value.js";

/** What an operator of two values is for the engine. AND and OR are three-valued there as here. */
export function binary(operator: BinaryOperator, left: Value, right: Value, orNull: boolean): Value {
  switch (operator) {
    case "and":
    case "or":
      return value(boolean, `(${truth(left)} ${operator.toUpperCase()} ${truth(right)})`, left, right);
    case "||":
      return joined(left, right);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return arithmetic(operator, left, right, orNull);
    default:
      return compared(operator, left, right);
  }
}

/** A condition; NULL of no type is one, too. */
export function truth(of: Value, what = "a condition"): string {
  if (of.type.kind !== "boolean" && of.type.kind !== "unknown")
    throw new QueryRefused(`${what} must be boolean, not ${nameOf(of.type)}`);
  return coerced(of, boolean).sql;
}

type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" | "is not distinct from";

export function compared(operator: Comparison, left: Value, right: Value): Value {
  const [a, b] = unified([left, right], `Cannot apply operator ${operator}`) as [Value, Value];
  const ordering = operator !== "=" && operator !== "<>" && !operator.startsWith("is");
  if (a.type.kind === "json map" || a.type.kind === "map" || (ordering && isNested(a.type)))
    throw new QueryRefused(`Cannot apply operator ${operator} to ${nameOf(a.type)}`);
  if (operator === "is distinct from") return value(boolean, `(NOT ${alike(a, b)})`, a, b);
  if (operator === "is not distinct from") return value(boolean, alike(a, b), a, b);
  const plain = `(${a.sql} ${operator} ${b.sql})`;
  return value(boolean, isNested(a.type) ? `if(${isNull(a)} OR ${isNull(b)}, NULL, ${plain})` : plain, a, b);
}

function alike(a: Value, b: Value): string {
  return isNested(a.type) ? `(${a.sql} = ${b.sql})` : `(${a.sql} IS NOT DISTINCT FROM ${b.sql})`;
}

function joined(left: Value, right: Value): Value {
  if (left.type.kind === "array" || right.type.kind === "array") return joinedArrays(left, right);
  for (const { type } of [left, right])
    if (type.kind !== "varchar" && type.kind !== "unknown")
      throw new QueryRefused(`Cannot apply operator || to ${nameOf(type)}; use CAST(… AS varchar)`);
  return value(varchar, `concat(${coerced(left, varchar).sql}, ${coerced(right, varchar).sql})`, left, right);
}

/** Of two arrays, or of an array and an element. */
function joinedArrays(left: Value, right: Value): Value {
  const inArray = (of: Value): Value =>
    of.type.kind === "array" || of.type.kind === "unknown"
      ? of
      : value({ kind: "array", of: of.type }, `[[${of.sql}]]`, of);
  const [a, b] = unified([inArray(left), inArray(right)], "Cannot apply operator ||") as [Value, Value];
  return value(a.type, `arrayMap((x, y) -> arrayConcat(x, y), ${shared(a, b)}, ${shared(b, a)})`, a, b);
}

/** The first of two nested values, NULL where the other is. */
function shared(a: Value, b: Value): string {
  return `if(${isNull(b)}, arrayResize(${a.sql}, 0), ${a.sql})`;
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", left: Value, right: Value, orNull: boolean): Value {
  const moment = momentArithmetic(operator, left, right);
  if (moment) return moment;
  for (const { type } of [left, right])
    if (!isNumber(type) && type.kind !== "unknown")
      throw new QueryRefused(`Cannot apply operator ${operator} to ${nameOf(left.type)} and ${nameOf(right.type)}`);
  const kinds = [left.type.kind, right.type.kind];
  if (kinds.includes("double")) return doubles(operator, coerced(left, double), coerced(right, double));
  if (kinds.includes("decimal")) return decimals(operator, left, right, orNull);
  return wholes(operator, coerced(left, bigint), coerced(right, bigint), orNull);
}

function doubles(operator: string, a: Value, b: Value): Value {
  return value(double, operator === "%" ? `(${a.sql} % ${b.sql})` : `(${a.sql} ${operator} ${b.sql})`, a, b);
}

/** Wider than the result, which then must fit: what overflows fails, as it does in Trino. */
function wholes(operator: string, a: Value, b: Value, orNull: boolean): Value {
  const divisor = orNull ? `nullIf(${b.sql}, 0)` : b.sql;
  if (operator === "/") return value(bigint, `intDiv(${a.sql}, ${divisor})`, a, b);
  if (operator === "%") return value(bigint, `toInt64(modulo(${a.sql}, ${divisor}))`, a, b);
  return value(bigint, fitted(`toInt128(${a.sql}) ${operator} toInt128(${b.sql})`, orNull), a, b);
}

export function fitted(wide: string, orNull: boolean): string {
  return orNull ? `accurateCastOrNull(${wide}, 'Int64')` : `accurateCast(${wide}, 'Nullable(Int64)')`;
}

/** Precision and scale as Trino gives them; a quotient is rounded half up. */
function decimals(operator: string, left: Value, right: Value, orNull: boolean): Value {
  const [a, b] = [asDecimal(left.type), asDecimal(right.type)];
  const scaleMax = Math.max(a.scale, b.scale);
  const wholeDigits = Math.max(a.precision - a.scale, b.precision - b.scale);
  const [x, y] = [wide(left), wide(right)];
  const divisor = orNull ? `nullIf(${y}, 0)` : y;
  const to = (type: Type, sql: string) => {
    const { scale } = asDecimal(type);
    return value(
      type,
      orNull ? `toDecimal128OrNull(toString(${sql}), ${scale})` : `toDecimal128(${sql}, ${scale})`,
      left,
      right,
    );
  };
  switch (operator) {
    case "*":
      return to(decimalOf(a.precision + b.precision, a.scale + b.scale), `${x} * ${y}`);
    case "/": {
      const type = decimalOf(a.precision + b.scale + Math.max(b.scale - a.scale, 0), scaleMax);
      return to(type, `round(divideDecimal(${x}, ${divisor}, ${asDecimal(type).scale + 1}), ${asDecimal(type).scale})`);
    }
    case "%":
      return to(
        decimalOf(Math.min(a.precision - a.scale, b.precision - b.scale) + scaleMax, scaleMax),
        `${x} - ${y} * CAST(divideDecimal(${x}, ${divisor}, 0), 'Nullable(Decimal(76, 0))')`,
      );
    default:
      return to(decimalOf(wholeDigits + scaleMax + 1, scaleMax), `${x} ${operator} ${y}`);
  }
}

function wide(of: Value): string {
  return `CAST(${of.sql}, 'Nullable(Decimal(76, ${asDecimal(of.type).scale}))')`;
}

/** Dates and timestamps with intervals, intervals with each other and with whole numbers. */
function momentArithmetic(operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [left.type.kind, right.type.kind];
  const interval = (kind: string) => kind.startsWith("interval");
  if (operator === "+" && interval(a) && isMoment(right.type)) return momentArithmetic("+", right, left);
  if ((operator === "+" || operator === "-") && isMoment(left.type) && interval(b)) return moved(operator, left, right);
  if (operator === "-" && isMoment(left.type) && isMoment(right.type)) {
    const [later, earlier] = [coerced(left, timestamp), coerced(right, timestamp)];
    return value(dayInterval, `dateDiff('millisecond', ${earlier.sql}, ${later.sql})`, left, right);
  }
  if ((operator === "+" || operator === "-") && interval(a) && a === b)
    return value(left.type, `(${left.sql} ${operator} ${right.sql})`, left, right);
  if (operator === "*" && a === "bigint" && interval(b)) return momentArithmetic("*", right, left);
  if (operator === "*" && interval(a) && b === "bigint")
    return value(left.type, `(${left.sql} * ${right.sql})`, left, right);
  return undefined;
}

function moved(operator: "+" | "-", moment: Value, by: Value): Value {
  const days = by.type.kind === "interval day to second";
  const amount = `(${operator === "-" ? "-" : ""}${by.sql})`;
  if (moment.type.kind !== "date")
    return value(
      moment.type,
      days ? `addMilliseconds(${moment.sql}, ${amount})` : `addMonths(${moment.sql}, ${amount})`,
      moment,
      by,
    );
  return value(
    moment.type,
    days ? `addDays(${moment.sql}, intDiv(${amount}, 86400000))` : `addMonths(${moment.sql}, ${amount})`,
    moment,
    by,
  );
}
