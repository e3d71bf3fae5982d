import { QueryRefused } from "../query-refused.js";
import { bigint, date, isMoment, type Type, timestamp } from "../types.js";
import { instant, type Value, value } from "../value.js";
import { counted, fitting, literalText, type Rule, type Rules, unexpectedArguments } from "./rules.js";

const utc: Type = { kind: "timestamp with time zone", zone: "UTC" };

/** Units of date_add, date_diff and date_trunc. */
const units: Readonly<Record<string, string>> = {
  millisecond: "Milliseconds",
  second: "Seconds",
  minute: "Minutes",
  hour: "Hours",
  day: "Days",
  week: "Weeks",
  month: "Months",
  quarter: "Quarters",
  year: "Years",
};

function unitOf(call: Parameters<Rule>[0], given: Value | undefined): string {
  const unit = literalText(call, given, "unit").toLowerCase();
  if (!Object.hasOwn(units, unit)) throw new QueryRefused(`'${unit.slice(0, 60)}' is not a valid unit of ${call.name}`);
  return unit;
}

function momentIn(call: Parameters<Rule>[0], given: Value): Value {
  if (given.literal !== undefined) return fitting(given, timestamp)!;
  if (!isMoment(given.type)) throw unexpectedArguments(call, "a date or timestamp");
  return given;
}

const dateAdd: Rule = (call) => {
  const [unit, amount, given] = counted(call, 3) as [Value, Value, Value];
  const moment = momentIn(call, given);
  if (amount.type.kind !== "bigint") throw unexpectedArguments(call, "(varchar, bigint, timestamp)");
  return value(moment.type, `add${units[unitOf(call, unit)]}(${moment.sql}, ${amount.sql})`, amount, moment);
};

/** Whole units that have passed, not borders that were crossed. */
const dateDiff: Rule = (call) => {
  const [unit, a, b] = counted(call, 3) as [Value, Value, Value];
  const [from, to] = [momentIn(call, a), momentIn(call, b)];
  return value(bigint, `toInt64(age('${unitOf(call, unit)}', ${from.sql}, ${to.sql}))`, from, to);
};

const starts: Readonly<Record<string, string>> = {
  second: "toStartOfSecond",
  minute: "toStartOfMinute",
  hour: "toStartOfHour",
  day: "toStartOfDay",
  week: "toMonday",
  month: "toStartOfMonth",
  quarter: "toStartOfQuarter",
  year: "toStartOfYear",
};

const dateTrunc: Rule = (call) => {
  const [unit, given] = counted(call, 2) as [Value, Value];
  const moment = momentIn(call, given);
  const by = unitOf(call, unit);
  if (by === "millisecond") return moment;
  const { type } = moment;
  if (type.kind === "date") return value(type, `toDate32(${starts[by]}(${moment.sql}))`, moment);
  const zone = type.kind === "timestamp with time zone" ? type.zone : "UTC";
  return value(type, `toDateTime64(dateTrunc('${by}', ${moment.sql}), 3, '${zone}')`, moment);
};

const part =
  (engine: string): Rule =>
  (call) => {
    const [given] = counted(call, 1) as [Value];
    const moment = momentIn(call, given);
    return value(bigint, `toInt64(${engine}(${moment.sql}))`, moment);
  };

const atNow =
  (type: Type): Rule =>
  (call) => {
    counted(call, 0);
    return instant(call.nowMs, type);
  };

export const dateRules: Rules = {
  now: atNow(utc),
  current_timestamp: atNow(utc),
  localtimestamp: atNow(timestamp),
  current_date: atNow(date),
  date_add: dateAdd,
  date_diff: dateDiff,
  date_trunc: dateTrunc,
  year: part("toYear"),
  quarter: part("toQuarter"),
  month: part("toMonth"),
  week: part("toISOWeek"),
  day: part("toDayOfMonth"),
  hour: part("toHour"),
  minute: part("toMinute"),
  second: part("toSecond"),
  millisecond: part("toMillisecond"),
};
