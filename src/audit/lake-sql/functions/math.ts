import { binary } from "../operators.js";
import { QueryRefused } from "../query-refused.js";
import { asDecimal, bigint, boolean, decimalOf, double, isNumber, type Type } from "../types.js";
import { coerced, type Value, value } from "../value.js";
import { counted, overloaded, type Rule, type Rules, takes, unexpectedArguments } from "./rules.js";

/** Away from zero at the half, as Trino rounds; the engine rounds doubles to the even. */
const round: Rule = (call) => {
  const [of, digits] = counted(call, 1, 2) as [Value, Value?];
  const places = digits === undefined ? 0 : placesOf(digits);
  if (of.type.kind === "bigint" && places >= 0) return of;
  if (of.type.kind === "decimal") {
    const scale = digits === undefined ? 0 : of.type.scale;
    const type = decimalOf(of.type.precision - of.type.scale + scale + 1, scale);
    return value(
      type,
      `CAST(round(${of.sql}, ${Math.min(places, of.type.scale)}), 'Nullable(Decimal(38, ${scale}))')`,
      of,
    );
  }
  if (!isNumber(of.type)) throw unexpectedArguments(call, "a number");
  const factor = `toFloat64('1e${places}')`;
  const x = coerced(of, double).sql;
  const rounded = `(trunc(${x} * ${factor} + if(${x} < 0, -0.5, 0.5)) / ${factor})`;
  return of.type.kind === "bigint" ? value(bigint, `toInt64(${rounded})`, of) : value(double, rounded, of);
};

function placesOf(digits: Value): number {
  const places = /^toInt64\((-?\d{1,2})\)$/.exec(digits.sql)?.[1];
  if (places === undefined) throw new QueryRefused("round: the number of digits must be a literal");
  return Number(places);
}

/** To a whole number of the same type. */
const whole =
  (engine: string): Rule =>
  (call) => {
    const [of] = counted(call, 1) as [Value];
    if (of.type.kind === "bigint") return of;
    if (of.type.kind === "double") return value(double, `${engine}(${of.sql})`, of);
    if (of.type.kind !== "decimal") throw unexpectedArguments(call, "a number");
    const type = decimalOf(of.type.precision - of.type.scale + 1, 0);
    return value(type, `CAST(${engine}(${of.sql}), 'Nullable(Decimal(38, 0))')`, of);
  };

const abs: Rule = (call) => {
  const [of] = counted(call, 1) as [Value];
  if (!isNumber(of.type)) throw unexpectedArguments(call, "a number");
  return value(of.type, of.type.kind === "bigint" ? `toInt64(abs(${of.sql}))` : `abs(${of.sql})`, of);
};

const sign: Rule = (call) => {
  const [of] = counted(call, 1) as [Value];
  if (!isNumber(of.type)) throw unexpectedArguments(call, "a number");
  const type: Type = of.type.kind === "decimal" ? decimalOf(1, 0) : of.type;
  const engine = type.kind === "bigint" ? "toInt64" : type.kind === "double" ? "toFloat64" : "toDecimal128";
  return value(
    type,
    `${engine}(sign(${of.sql})${asDecimal(type).scale === 0 && type.kind === "decimal" ? ", 0" : ""})`,
    of,
  );
};

const mod: Rule = (call) => {
  const [a, b] = counted(call, 2) as [Value, Value];
  return binary("%", a, b, call.orNull);
};

const real = (sql: (x: string) => string): Rule => takes(double)(double, sql);
const bits = (engine: string): Rule => takes(bigint, bigint)(bigint, (a, b) => `toInt64(${engine}(${a}, ${b}))`);
const constant = (sql: string): Rule => overloaded({ takes: [], gives: double, sql: () => sql });
const power = takes(double, double)(double, (a, b) => `pow(${a}, ${b})`);

export const mathRules: Rules = {
  abs,
  sign,
  round,
  ceil: whole("ceil"),
  ceiling: whole("ceil"),
  floor: whole("floor"),
  truncate: whole("trunc"),
  mod,
  power,
  pow: power,
  sqrt: real((x) => `sqrt(${x})`),
  cbrt: real((x) => `cbrt(${x})`),
  exp: real((x) => `exp(${x})`),
  ln: real((x) => `log(${x})`),
  log2: real((x) => `log2(${x})`),
  log10: real((x) => `log10(${x})`),
  log: takes(double, double)(double, (base, x) => `(log(${x}) / log(${base}))`),
  sin: real((x) => `sin(${x})`),
  cos: real((x) => `cos(${x})`),
  tan: real((x) => `tan(${x})`),
  asin: real((x) => `asin(${x})`),
  acos: real((x) => `acos(${x})`),
  atan: real((x) => `atan(${x})`),
  atan2: takes(double, double)(double, (y, x) => `atan2(${y}, ${x})`),
  degrees: real((x) => `degrees(${x})`),
  radians: real((x) => `radians(${x})`),
  pi: constant("pi()"),
  e: constant("e()"),
  nan: constant("toFloat64('nan')"),
  infinity: constant("toFloat64('inf')"),
  is_nan: takes(double)(boolean, (x) => `isNaN(${x})`),
  is_finite: takes(double)(boolean, (x) => `isFinite(${x})`),
  is_infinite: takes(double)(boolean, (x) => `isInfinite(${x})`),
  bitwise_and: bits("bitAnd"),
  bitwise_or: bits("bitOr"),
  bitwise_xor: bits("bitXor"),
  bitwise_not: takes(bigint)(bigint, (x) => `toInt64(bitNot(${x}))`),
};
