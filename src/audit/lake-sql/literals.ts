import { QueryRefused } from "./query-refused.js";
import { bigint, dayInterval, decimalOf, double, monthInterval } from "./types.js";
import { type Value, value } from "./value.js";

/** A number as it is written: whole, decimal, or with an exponent a double. */
export function numberValue(text: string): Value {
  if (/[eE]/.test(text)) return value(double, `toFloat64('${text}')`);
  if (!text.includes(".")) return wholeNumber(BigInt(text));
  const [whole = "", fraction = ""] = text.replace(/^0+(?=\d)/, "").split(".");
  const digits = (whole === "0" ? "" : whole) + fraction;
  if (digits.length > 38) throw new QueryRefused(`Invalid numeric literal: ${text}`);
  return value(
    decimalOf(Math.max(digits.length, 1), fraction.length),
    `toDecimal128('${whole || "0"}.${fraction || "0"}', ${fraction.length})`,
  );
}

export function wholeNumber(of: bigint): Value {
  if (BigInt.asIntN(64, of) !== of) throw new QueryRefused(`Invalid numeric literal: ${of}`);
  // The engine reads the least of all as the negative of a number that is too large for it.
  return value(bigint, of === -(2n ** 63n) ? `toInt64('${of}')` : `toInt64(${of})`);
}

const msPerUnit: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

export function intervalValue(text: string, unit: string): Value {
  const months = unit === "year" ? 12 : unit === "month" ? 1 : undefined;
  const ms = msPerUnit[unit];
  if (months === undefined && ms === undefined)
    throw new QueryRefused(`intervals of ${unit.toUpperCase()} are not supported`);
  const shape = unit === "second" ? /^-?\d{1,9}(\.\d{1,3})?$/ : /^-?\d{1,9}$/;
  if (!shape.test(text)) throw new QueryRefused(`Invalid INTERVAL ${unit.toUpperCase()} value: ${text.slice(0, 60)}`);
  if (months !== undefined) return value(monthInterval, `toInt64(${Number(text) * months})`);
  return value(dayInterval, `toInt64(${Math.round(Number(text) * ms!)})`);
}
