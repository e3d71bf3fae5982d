import { QueryRefused } from "../query-refused.js";
import { arrayOf, bigint, boolean, varchar } from "../types.js";
import { quoted, type Value, value } from "../value.js";
import {
  counted,
  fitting,
  literalText,
  overloaded,
  plainValues,
  type Rule,
  type Rules,
  takes,
  unexpectedArguments,
} from "./rules.js";

/** Of the text that is given, which is varchar. */
export function textOf(call: Parameters<Rule>[0], given: Value | undefined): Value {
  const text = given && fitting(given, varchar);
  if (text === undefined) throw unexpectedArguments(call, "varchar");
  return text;
}

/** Counted from 1, or from the end; place 0 is nowhere. */
const substring: Rule = overloaded(
  { takes: [varchar, bigint], gives: varchar, sql: (s, from) => `if(${from} = 0, '', substringUTF8(${s}, ${from}))` },
  {
    takes: [varchar, bigint, bigint],
    gives: varchar,
    sql: (s, from, length) =>
      `if(${from} = 0 OR ${length} <= 0, '', substringUTF8(${s}, ${from}, greatest(${length}, 0)))`,
  },
);

function delimiter(call: Parameters<Rule>[0], given: Value | undefined): string {
  const text = literalText(call, given, "delimiter");
  if (text === "") throw new QueryRefused(`${call.name}: the delimiter must not be empty`);
  return quoted(text);
}

const split: Rule = (call) => {
  const [of, by, most] = counted(call, 2, 3);
  const text = textOf(call, of);
  const limit = most === undefined ? "" : `, ${wholeLiteral(call, most)}`;
  const parts = `splitByString(${delimiter(call, by)}, assumeNotNull(v)${limit})`;
  const listed = `CAST(${parts}, 'Array(Nullable(String))')`;
  return value(arrayOf(varchar), `arrayMap(v -> ${listed}, arrayFilter(v -> isNotNull(v), [${text.sql}]))`, text);
};

export function wholeLiteral(call: Parameters<Rule>[0], given: Value): number {
  const digits = /^toInt64\((\d{1,9})\)$/.exec(given.sql)?.[1];
  if (digits === undefined || digits === "0")
    throw new QueryRefused(`${call.name}: a number from 1 on must be written here`);
  return Number(digits);
}

const splitPart: Rule = (call) => {
  const [of, by, place] = counted(call, 3) as [Value, Value, Value];
  const text = textOf(call, of);
  if (place.type.kind !== "bigint") throw unexpectedArguments(call, "(varchar, varchar, bigint)");
  const parts = `splitByString(${delimiter(call, by)}, ifNull(${text.sql}, ''))`;
  return value(varchar, `if(isNull(${text.sql}), NULL, arrayElementOrNull(${parts}, ${place.sql}))`, text, place);
};

const replace: Rule = (call) => {
  const [of, what, by] = counted(call, 2, 3);
  if (what?.literal === "") throw new QueryRefused("replace: the text to look for must not be empty");
  const values = [of, what, by].filter((one) => one !== undefined).map((one) => textOf(call, one));
  const [text, part, other] = values.map(({ sql }) => sql);
  return value(varchar, `replaceAll(${text}, ${part}, ${other ?? "''"})`, ...values);
};

const concat: Rule = (call) => {
  const values = plainValues(call);
  if (values.length < 2) throw unexpectedArguments(call, "two values or more");
  const texts = values.map((one) => textOf(call, one));
  return value(varchar, `concat(${texts.map(({ sql }) => sql).join(", ")})`, ...texts);
};

/** NULLs are left out, and a NULL separator makes it NULL. */
const concatWs: Rule = (call) => {
  const [by, ...values] = plainValues(call).map((one) => textOf(call, one));
  if (by === undefined || values.length === 0) throw unexpectedArguments(call, "a separator and values");
  const parts = `arrayMap(v -> assumeNotNull(v), arrayFilter(v -> isNotNull(v), [${values.map(({ sql }) => `toNullable(${sql})`).join(", ")}]))`;
  return value(varchar, `arrayStringConcat(${parts}, ${quoted(literalText(call, by, "separator"))})`, ...values);
};

const trim =
  (side: "LEADING" | "TRAILING" | "BOTH", engine: string): Rule =>
  (call) => {
    const [of, characters] = counted(call, 1, 2);
    const text = textOf(call, of);
    if (characters === undefined) return value(varchar, `${engine}(${text.sql})`, text);
    const which = quoted(literalText(call, characters, "set of characters"));
    return value(varchar, which === "''" ? text.sql : `trim(${side} ${which} FROM ${text.sql})`, text);
  };

const padMax = 10_000;

const pad =
  (engine: string): Rule =>
  (call) => {
    const [of, size, by] = counted(call, 3) as [Value, Value, Value];
    const length = wholeLiteral(call, size);
    if (length > padMax) throw new QueryRefused(`${call.name}: at most ${padMax} characters`);
    const text = textOf(call, of);
    const characters = literalText(call, by, "padding");
    if (characters === "") throw new QueryRefused(`${call.name}: the padding must not be empty`);
    return value(
      varchar,
      `substringUTF8(${engine}(${text.sql}, ${length}, ${quoted(characters)}), 1, ${length})`,
      text,
    );
  };

const translate: Rule = (call) => {
  const [of, from, to] = counted(call, 3);
  const text = textOf(call, of);
  const [a, b] = [[...literalText(call, from, "characters")], [...literalText(call, to, "characters")]];
  if (a.length === 0) return text;
  if (a.length !== b.length) throw new QueryRefused("translate: both sets of characters must have the same length");
  return value(varchar, `translateUTF8(${text.sql}, ${quoted(a.join(""))}, ${quoted(b.join(""))})`, text);
};

const urlPart = (engine: string): Rule => takes(varchar)(varchar, (s) => `nullIf(${engine}(${s}), '')`);

export const stringRules: Rules = {
  lower: takes(varchar)(varchar, (s) => `lowerUTF8(${s})`),
  upper: takes(varchar)(varchar, (s) => `upperUTF8(${s})`),
  length: takes(varchar)(bigint, (s) => `toInt64(lengthUTF8(${s}))`),
  substr: substring,
  substring,
  split,
  split_part: splitPart,
  replace,
  concat,
  concat_ws: concatWs,
  strpos: takes(varchar, varchar)(bigint, (s, part) => `toInt64(positionUTF8(${s}, ${part}))`),
  starts_with: takes(varchar, varchar)(boolean, (s, part) => `startsWith(${s}, ${part})`),
  trim: trim("BOTH", "trimBoth"),
  ltrim: trim("LEADING", "trimLeft"),
  rtrim: trim("TRAILING", "trimRight"),
  lpad: pad("leftPadUTF8"),
  rpad: pad("rightPadUTF8"),
  translate,
  levenshtein_distance: takes(varchar, varchar)(bigint, (a, b) => `toInt64(editDistanceUTF8(${a}, ${b}))`),
  url_extract_host: urlPart("domain"),
  url_extract_path: takes(varchar)(varchar, (s) => `path(${s})`),
  url_extract_protocol: urlPart("protocol"),
  url_extract_query: takes(varchar)(varchar, (s) => `queryString(${s})`),
  url_extract_parameter: takes(varchar, varchar)(
    varchar,
    (s, name) => `nullIf(extractURLParameter(${s}, ${name}), '')`,
  ),
  url_decode: takes(varchar)(varchar, (s) => `decodeURLFormComponent(${s})`),
  url_encode: takes(varchar)(varchar, (s) => `encodeURLFormComponent(${s})`),
};
