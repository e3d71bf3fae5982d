import { failing } from "../casts.js";
import { QueryRefused } from "../query-refused.js";
import { bigint, date, dayInterval, double, isMoment, type Type, timestamp, varchar } from "../types.js";
import { instant, type Value, value } from "../value.js";
import { jodaPieces, mysqlPieces, readMs, written } from "./date-patterns.js";
import { counted, fitting, literalText, type Rule, type Rules, takes, unexpectedArguments } from "./rules.js";
import { textOf } from "./strings.js";
import { inZone, utc, withZone, zoneOf } from "./zones.js";

type Call = Parameters<Rule>[0];

/** Units of date_add, date_diff and date_trunc, and the engine's functions that add them. */
const units: Readonly<Record<string, string>> = {
  millisecond: "addMilliseconds",
  second: "addSeconds",
  minute: "addMinutes",
  hour: "addHours",
  day: "addDays",
  week: "addWeeks",
  month: "addMonths",
  quarter: "addQuarters",
  year: "addYears",
};

function unitOf(call: Call, given: Value | undefined): string {
  const unit = literalText(call, given, "unit").toLowerCase();
  if (!Object.hasOwn(units, unit)) throw new QueryRefused(`'${unit.slice(0, 60)}' is not a valid unit of ${call.name}`);
  return unit;
}

/** A date or timestamp; text that was written as a literal is one here, too. */
function momentIn(call: Call, given: Value | undefined): Value {
  if (given?.literal !== undefined) return fitting(given, timestamp)!;
  if (given === undefined || (!isMoment(given.type) && given.type.kind !== "unknown"))
    throw unexpectedArguments(call, "a date or timestamp");
  return given.type.kind === "unknown" ? fitting(given, timestamp)! : given;
}

function refuseClockUnit(call: Call, unit: string, moment: Value): void {
  if (moment.type.kind === "date" && /second|minute|hour/.test(unit))
    throw new QueryRefused(`'${unit}' is not a valid unit of ${call.name} for a date`);
}

const dateAdd: Rule = (call) => {
  const [named, amount, given] = counted(call, 3) as [Value, Value, Value];
  const moment = momentIn(call, given);
  const unit = unitOf(call, named);
  refuseClockUnit(call, unit, moment);
  if (amount.type.kind !== "bigint") throw unexpectedArguments(call, "(varchar, bigint, timestamp)");
  return value(moment.type, `${units[unit]}(${moment.sql}, ${amount.sql})`, amount, moment);
};

/** Whole units that have passed, not borders that were crossed. */
const dateDiff: Rule = (call) => {
  const [named, a, b] = counted(call, 3) as [Value, Value, Value];
  const [from, to] = [momentIn(call, a), momentIn(call, b)];
  return value(bigint, `toInt64(age('${unitOf(call, named)}', ${from.sql}, ${to.sql}))`, from, to);
};

const dateTrunc: Rule = (call) => {
  const [named, given] = counted(call, 2) as [Value, Value];
  const moment = momentIn(call, given);
  const unit = unitOf(call, named);
  const { type } = moment;
  refuseClockUnit(call, unit, moment);
  if (unit === "millisecond") return moment;
  if (type.kind === "date") return value(type, `toDate32(dateTrunc('${unit}', ${moment.sql}))`, moment);
  const zone = type.kind === "timestamp with time zone" ? type.zone : "UTC";
  return value(type, `toDateTime64(dateTrunc('${unit}', ${moment.sql}), 3, '${zone}')`, moment);
};

const part =
  (engine: string): Rule =>
  (call) => {
    const moment = momentIn(call, counted(call, 1)[0]);
    return value(bigint, `toInt64(${engine}(${moment.sql}))`, moment);
  };

const atNow =
  (type: Type): Rule =>
  (call) => {
    counted(call, 0);
    return instant(call.nowMs, type);
  };

const toDate: Rule = (call) => {
  const [given] = counted(call, 1);
  if (given?.literal !== undefined) return value(date, `toDate32(${fitting(given, date)!.sql})`);
  const moment = momentIn(call, given);
  return value(date, `toDate32(${moment.sql})`, moment);
};

const fromUnix: Rule = (call) => {
  const [seconds, zone] = counted(call, 1, 2) as [Value, Value?];
  const number = fitting(seconds, double);
  if (number === undefined) throw unexpectedArguments(call, "(double)");
  const ms = `accurateCast(round(${number.sql} * 1000), 'Nullable(Int64)')`;
  return inZone(
    value(utc, `fromUnixTimestamp64Milli(${ms}, 'UTC')`, number),
    zone === undefined ? "UTC" : zoneOf(call, zone),
  );
};

const toUnix: Rule = (call) => {
  const moment = momentIn(call, counted(call, 1)[0]);
  const exact = moment.type.kind === "date" ? `toDateTime64(${moment.sql}, 3, 'UTC')` : moment.sql;
  return value(double, `(toUnixTimestamp64Milli(${exact}) / 1000)`, moment);
};

const isoShape =
  "^\\\\d{4}-\\\\d{2}-\\\\d{2}(T\\\\d{2}(:\\\\d{2}(:\\\\d{2}([.,]\\\\d{1,9})?)?)?(Z|[+-]\\\\d{2}(:?\\\\d{2})?)?)?$";

const fromIso: Rule = (call) => {
  const text = textOf(call, counted(call, 1)[0]);
  const read = `if(match(ifNull(${text.sql}, ''), '${isoShape}'), parseDateTime64BestEffortOrNull(${text.sql}, 3, 'UTC'), NULL)`;
  const wrong = `isNotNull(${text.sql}) AND isNull(${read})`;
  return value(utc, call.orNull ? read : failing(wrong, "Invalid ISO 8601 timestamp", read), text);
};

const fromIsoDate: Rule = (call) => {
  const moment = fromIso(call);
  return value(date, `toDate32(${moment.sql})`, moment);
};

const toIso: Rule = (call) => {
  const moment = momentIn(call, counted(call, 1)[0]);
  const { type } = moment;
  if (type.kind === "date") return value(varchar, `toString(${moment.sql})`, moment);
  const zone = type.kind === "timestamp" ? "" : "Z";
  const shown = type.kind === "timestamp with time zone" ? `toTimeZone(${moment.sql}, 'UTC')` : moment.sql;
  return value(varchar, `concat(replaceOne(toString(${shown}), ' ', 'T'), '${zone}')`, moment);
};

const formatted =
  (pieces: typeof mysqlPieces): Rule =>
  (call) => {
    const [given, format] = counted(call, 2);
    const moment = momentIn(call, given);
    return value(varchar, written(pieces(literalText(call, format, "format")), moment.sql), moment);
  };

const parsed =
  (pieces: typeof mysqlPieces, type: Type): Rule =>
  (call) => {
    const [given, format] = counted(call, 2);
    const text = textOf(call, given);
    const ms = readMs(pieces(literalText(call, format, "format")), text.sql);
    const checked = call.orNull ? ms : failing(`isNotNull(${text.sql}) AND isNull(${ms})`, "Invalid format", ms);
    return value(type, `fromUnixTimestamp64Milli(${checked}, 'UTC')`, text);
  };

export const dateRules: Rules = {
  now: atNow(utc),
  current_timestamp: atNow(utc),
  localtimestamp: atNow(timestamp),
  current_date: atNow(date),
  current_timezone: (call) => {
    counted(call, 0);
    return value(varchar, "'UTC'");
  },
  date: toDate,
  date_add: dateAdd,
  date_diff: dateDiff,
  date_trunc: dateTrunc,
  year: part("toYear"),
  quarter: part("toQuarter"),
  month: part("toMonth"),
  week: part("toISOWeek"),
  week_of_year: part("toISOWeek"),
  year_of_week: part("toISOYear"),
  yow: part("toISOYear"),
  day: part("toDayOfMonth"),
  day_of_month: part("toDayOfMonth"),
  day_of_week: part("toDayOfWeek"),
  dow: part("toDayOfWeek"),
  day_of_year: part("toDayOfYear"),
  doy: part("toDayOfYear"),
  hour: part("toHour"),
  minute: part("toMinute"),
  second: part("toSecond"),
  millisecond: part("toMillisecond"),
  last_day_of_month: (call) => {
    const moment = momentIn(call, counted(call, 1)[0]);
    return value(date, `toDate32(toLastDayOfMonth(toDate32(${moment.sql})))`, moment);
  },
  from_unixtime: fromUnix,
  to_unixtime: toUnix,
  from_iso8601_timestamp: fromIso,
  from_iso8601_date: fromIsoDate,
  to_iso8601: toIso,
  date_format: formatted(mysqlPieces),
  format_datetime: formatted(jodaPieces),
  date_parse: parsed(mysqlPieces, timestamp),
  parse_datetime: parsed(jodaPieces, utc),
  at_timezone: (call) => {
    const [given, zone] = counted(call, 2);
    return inZone(momentIn(call, given), zoneOf(call, zone));
  },
  with_timezone: (call) => {
    const [given, zone] = counted(call, 2);
    return withZone(momentIn(call, given), zoneOf(call, zone));
  },
  to_milliseconds: takes(dayInterval)(bigint, (ms) => ms),
};
