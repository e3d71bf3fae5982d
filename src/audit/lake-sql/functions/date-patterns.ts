import { QueryRefused } from "../query-refused.js";
import { quoted } from "../value.js";

/** A part of a date as text: how it is written from a moment, and what of a text is read as it. */
interface Piece {
  /** SQL of the text, from SQL of the moment. */
  readonly write: (moment: string) => string;
  /** Of a regular expression; with `as`, one group. */
  readonly read: string;
  readonly as?:
    | "year"
    | "short year"
    | "month"
    | "month name"
    | "day"
    | "hour"
    | "hour of half"
    | "half"
    | "minute"
    | "second"
    | "fraction";
}

const months = "January February March April May June July August September October November December".split(" ");
const days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");

const named = (names: readonly string[], engine: string) => (moment: string) =>
  `arrayElement([${names.map(quoted).join(", ")}], ${engine}(${moment}))`;
const shortened = (names: readonly string[]) => names.map((name) => name.slice(0, 3));

function digits(engine: string, least: number, most: number, as?: Piece["as"]): Piece {
  const write = (moment: string) => `leftPad(toString(${engine}(${moment})), ${least}, '0')`;
  const plain = (moment: string) => `toString(${engine}(${moment}))`;
  return { write: least > 1 ? write : plain, read: `(\\d{1,${most}})`, as };
}

const halfHour = (moment: string) => `((toHour(${moment}) + 11) % 12 + 1)`;
const half: Piece = { write: (moment) => `if(toHour(${moment}) < 12, 'AM', 'PM')`, read: "([AaPp][Mm])", as: "half" };
const year: Piece = { ...digits("toYear", 4, 4, "year"), read: "(\\d{4})" };
const monthName = (names: readonly string[]): Piece => ({
  write: named(names, "toMonth"),
  read: "([A-Za-z]+)",
  as: "month name",
});
const dayName = (names: readonly string[]): Piece => ({ write: named(names, "toDayOfWeek"), read: "[A-Za-z]+" });
const text = (literal: string): Piece => ({
  write: () => quoted(literal),
  read: literal.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
});
const hour12 = (least: number): Piece => ({
  write: (moment) => (least > 1 ? `leftPad(toString(${halfHour(moment)}), 2, '0')` : `toString(${halfHour(moment)})`),
  read: "(\\d{1,2})",
  as: "hour of half",
});
const fraction = (count: number): Piece => ({
  write: (moment) => `substring(concat(leftPad(toString(toMillisecond(${moment})), 3, '0'), '000000'), 1, ${count})`,
  read: "(\\d{1,9})",
  as: "fraction",
});

const mysql: Readonly<Record<string, readonly Piece[]>> = {
  a: [dayName(shortened(days))],
  b: [monthName(shortened(months))],
  c: [digits("toMonth", 1, 2, "month")],
  d: [digits("toDayOfMonth", 2, 2, "day")],
  e: [digits("toDayOfMonth", 1, 2, "day")],
  f: [fraction(6)],
  H: [digits("toHour", 2, 2, "hour")],
  h: [hour12(2)],
  I: [hour12(2)],
  i: [digits("toMinute", 2, 2, "minute")],
  j: [digits("toDayOfYear", 3, 3)],
  k: [digits("toHour", 1, 2, "hour")],
  l: [hour12(1)],
  M: [monthName(months)],
  m: [digits("toMonth", 2, 2, "month")],
  p: [half],
  r: [
    hour12(2),
    text(":"),
    digits("toMinute", 2, 2, "minute"),
    text(":"),
    digits("toSecond", 2, 2, "second"),
    text(" "),
    half,
  ],
  S: [digits("toSecond", 2, 2, "second")],
  s: [digits("toSecond", 2, 2, "second")],
  T: [
    digits("toHour", 2, 2, "hour"),
    text(":"),
    digits("toMinute", 2, 2, "minute"),
    text(":"),
    digits("toSecond", 2, 2, "second"),
  ],
  v: [digits("toISOWeek", 2, 2)],
  W: [dayName(days)],
  x: [digits("toISOYear", 4, 4)],
  Y: [year],
  y: [
    {
      ...digits("0 + 100 * 0 + toYear", 2, 2, "short year"),
      write: (moment) => `leftPad(toString(toYear(${moment}) % 100), 2, '0')`,
    },
  ],
};

/** The pieces of a MySQL format, `%Y-%m-%d`. */
export function mysqlPieces(format: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [part] of format.matchAll(/%[\s\S]|[^%]+|%/g)) {
    const letter = part.startsWith("%") ? part.slice(1) : undefined;
    if (letter === undefined) pieces.push(text(part));
    else if (Object.hasOwn(mysql, letter)) pieces.push(...mysql[letter]!);
    else if (/^[DUuVwX]?$/.test(letter)) throw new QueryRefused(`%${letter} in a date format string is not supported`);
    else pieces.push(text(letter));
  }
  return pieces;
}

/** The pieces of a Joda format, `yyyy-MM-dd'T'HH:mm`. */
export function jodaPieces(format: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [part, literal] of format.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    if (literal !== undefined) pieces.push(text(literal === "" ? "'" : literal.replaceAll("''", "'")));
    else if (/^[A-Za-z]/.test(part)) pieces.push(jodaPiece(part));
    else if (part === "'") throw new QueryRefused("a quote in the date format has no end");
    else pieces.push(text(part));
  }
  return pieces;
}

function jodaPiece(letters: string): Piece {
  const count = letters.length;
  switch (letters[0]) {
    case "y":
    case "Y":
      return count === 2 ? mysql["y"]![0]! : year;
    case "M":
      if (count > 2) return monthName(count === 3 ? shortened(months) : months);
      return digits("toMonth", count, 2, "month");
    case "d":
      return digits("toDayOfMonth", count, 2, "day");
    case "D":
      return digits("toDayOfYear", count, 3);
    case "H":
      return digits("toHour", count, 2, "hour");
    case "h":
      return hour12(count);
    case "m":
      return digits("toMinute", count, 2, "minute");
    case "s":
      return digits("toSecond", count, 2, "second");
    case "S":
      return fraction(Math.min(count, 9));
    case "a":
      return half;
    case "E":
      return dayName(count > 3 ? days : shortened(days));
    case "e":
      return digits("toDayOfWeek", count, 1);
    case "w":
      return digits("toISOWeek", count, 2);
    case "x":
      return digits("toISOYear", count, 4);
    default:
      throw new QueryRefused(`'${letters.slice(0, 20)}' in a date format is not supported`);
  }
}

/** SQL of the text of a moment. */
export function written(pieces: readonly Piece[], moment: string): string {
  return `concat(${["''", "''", ...pieces.map(({ write }) => write(moment))].join(", ")})`;
}

/** SQL of milliseconds since the epoch, in UTC, from SQL of a text; NULL where the text is not such a date. */
export function readMs(pieces: readonly Piece[], textSql: string): string {
  const read = pieces.filter(({ as }) => as !== undefined);
  if (new Set(read.map(({ as }) => as)).size !== read.length)
    throw new QueryRefused("a part is twice in the date format");
  const shape = `^${pieces.map((piece) => piece.read).join("")}$`;
  const group = (as: Piece["as"]) => {
    const index = read.findIndex((piece) => piece.as === as);
    return index < 0 ? undefined : `arrayElement(g, ${index + 1})`;
  };
  const number = (as: Piece["as"], otherwise: string) => {
    const found = group(as);
    return found === undefined ? otherwise : `toInt32(ifNull(toInt32OrNull(${found}), -1))`;
  };
  const monthGroup = group("month name");
  const month = monthGroup
    ? `toInt32(indexOf([${shortened(months)
        .map((name) => quoted(name.toLowerCase()))
        .join(", ")}], lower(substring(${monthGroup}, 1, 3))))`
    : number("month", "1");
  const shortYear = number("short year", "70");
  const fullYear = group("short year") ? `(${shortYear} + if(${shortYear} < 70, 2000, 1900))` : number("year", "1970");
  const clock = group("hour of half")
    ? `(${number("hour of half", "0")} % 12${group("half") ? ` + if(lower(${group("half")}) = 'pm', 12, 0)` : ""})`
    : number("hour", "0");
  const parts = [fullYear, month, number("day", "1"), clock, number("minute", "0"), number("second", "0")];
  const ms = group("fraction") ? `toInt32(substring(concat(${group("fraction")}, '000'), 1, 3))` : "0";
  const [y, mo, d, h, mi, s] = parts;
  const made = `makeDateTime64(${parts.join(", ")}, ${ms}, 3, 'UTC')`;
  // The engine makes something of a thirteenth month; a date is one only if it comes out as it went in.
  const isReal = `${y} BETWEEN 1900 AND 2299 AND ${mo} BETWEEN 1 AND 12 AND ${d} BETWEEN 1 AND 31 AND ${h} BETWEEN 0 AND 23 AND ${mi} BETWEEN 0 AND 59 AND ${s} BETWEEN 0 AND 59 AND toDayOfMonth(${made}) = ${d} AND toMonth(${made}) = ${mo}`;
  const groups = `if(match(t, ${quoted(shape)}), extractGroups(t, ${quoted(`${shape}|()`)}), [])`;
  const one = `if(notEmpty(g) AND ${isReal}, toNullable(toUnixTimestamp64Milli(${made})), NULL)`;
  return `arrayElement(arrayMap(t -> arrayElement(arrayMap(g -> ${one}, [${groups}]), 1), [ifNull(${textSql}, '')]), 1)`;
}
