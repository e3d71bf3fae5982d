import { printed } from "../print.js";
import { QueryRefused } from "../query-refused.js";
import { arrayOf, bigint, boolean, engineType, nameOf, type Type, unknown, varchar } from "../types.js";
import { asMap, coerced, isNull, quoted, rebuilt, unified, type Value, value, within } from "../value.js";
import {
  type ArrayType,
  also,
  arrayIn,
  counted,
  fitting,
  literalText,
  overloaded,
  plainValues,
  type Rule,
  type Rules,
  unexpectedArguments,
} from "./rules.js";
import { stringRules } from "./strings.js";

type Call = Parameters<Rule>[0];

const elementAt: Rule = (call) => {
  const [of, index] = counted(call, 2) as [Value, Value];
  const { type } = of;
  // One key of a JSON object is read without the others.
  if (type.kind === "json map") {
    const key = fitting(index, varchar);
    if (key === undefined) throw unexpectedArguments(call, "(map(varchar, varchar), varchar)");
    if (of.entry && key.literal !== undefined) return of.entry(key.literal);
    return value(varchar, `JSONExtract(ifNull(${of.sql}, '{}'), ifNull(${key.sql}, ''), 'Nullable(String)')`, of, key);
  }
  if (type.kind === "array") {
    if (index.type.kind !== "bigint") throw unexpectedArguments(call, "(array, bigint)");
    return also(
      within(of, type.of, (inner) => `arrayElement(${inner}, ifNull(${index.sql}, 0))`),
      index,
    );
  }
  if (type.kind !== "map") throw unexpectedArguments(call, "an array or a map");
  const key = fitting(index, type.key);
  if (key === undefined) throw unexpectedArguments(call, nameOf(type.key));
  const found = (inner: string) => `tupleElement(arrayFirst(p -> ifNull(p.1 = ${key.sql}, 0), ${inner}), 2)`;
  return also(within(of, type.value, found), key);
};

/** An array and a value of its type. */
function withMember(call: Call): readonly [Value & { readonly type: ArrayType }, Value] {
  const [of, member] = counted(call, 2) as [Value, Value];
  const array = arrayIn(call, of);
  if (array.type.of.kind === "unknown") return [coerced(array, arrayOf(member.type)) as typeof array, member];
  const fitted = fitting(member, array.type.of);
  if (fitted === undefined) throw unexpectedArguments(call, `(${nameOf(array.type)}, ${nameOf(array.type.of)})`);
  return [array, fitted];
}

const cardinality: Rule = (call) => {
  const of = asMap(counted(call, 1)[0]!);
  if (of.type.kind !== "array" && of.type.kind !== "map") throw unexpectedArguments(call, "an array or a map");
  return within(of, bigint, (inner) => `length(${inner})`);
};

const contains: Rule = (call) => {
  const [of, member] = withMember(call);
  const found = within(
    of,
    boolean,
    (inner) =>
      `if(${isNull(member)}, NULL, if(has(${inner}, ${member.sql}), 1, if(has(${inner}, ${nothing(of.type.of)}), NULL, 0)))`,
  );
  return also(found, member);
};

/** SQL of NULL as a member of an array. */
function nothing(type: Type): string {
  return type.kind === "array" || type.kind === "map" || type.kind === "row" ? "[]" : "NULL";
}

const position: Rule = (call) => {
  const [of, member] = withMember(call);
  return also(
    within(of, bigint, (inner) => `if(${isNull(member)}, NULL, indexOf(${inner}, ${member.sql}))`),
    member,
  );
};

const remove: Rule = (call) => {
  const [of, member] = withMember(call);
  return also(
    rebuilt(of, of.type, (inner) => `arrayFilter(m -> ifNull(m != ${member.sql}, 1), ${inner})`),
    member,
  );
};

/** Each member once, where it is first; NULL, too. */
const distinct: Rule = (call) => {
  const of = arrayIn(call, counted(call, 1)[0]);
  return rebuilt(of, of.type, (inner) => unique(inner));
};

function unique(list: string): string {
  return `arrayFilter((m, n) -> n = 1, ${list}, arrayEnumerateUniq(arrayMap(m -> tuple(m), ${list})))`;
}

const extreme =
  (engine: "arrayMax" | "arrayMin"): Rule =>
  (call) => {
    const of = arrayIn(call, counted(call, 1)[0]);
    const { kind } = of.type.of;
    if (kind === "array" || kind === "map" || kind === "row")
      throw unexpectedArguments(call, "an array of plain values");
    return within(
      of,
      of.type.of,
      (inner) => `if(empty(${inner}) OR arrayExists(m -> isNull(m), ${inner}), NULL, ${engine}(${inner}))`,
    );
  };

const sort: Rule = (call) => {
  if (call.arguments.some(({ kind }) => kind === "lambda"))
    throw new QueryRefused(`${call.name} with a comparator is not supported`);
  const of = arrayIn(call, counted(call, 1)[0]);
  return rebuilt(of, of.type, (inner) => `arraySort(m -> tuple(isNull(m), m), ${inner})`);
};

const join: Rule = (call) => {
  const [given, by, other] = counted(call, 2, 3);
  const of = arrayIn(call, given);
  const separator = quoted(literalText(call, by, "delimiter"));
  const texts = within(of, varchar, (inner) => {
    const shown = `arrayMap(m -> ${printedMember(call, of.type.of)}, ${inner})`;
    const kept =
      other === undefined
        ? `arrayFilter(m -> isNotNull(m), ${shown})`
        : `arrayMap(m -> ifNull(m, ${quoted(literalText(call, other, "replacement of NULL"))}), ${shown})`;
    return `arrayStringConcat(arrayMap(m -> assumeNotNull(m), ${kept}), ${separator})`;
  });
  return texts;
};

function printedMember(call: Call, type: Type): string {
  if (type.kind === "array" || type.kind === "map" || type.kind === "row")
    throw unexpectedArguments(call, "an array of plain values");
  return printed(value(type, "m"));
}

/** The same rule for two arrays that were given one type. */
const ofTwo =
  (gives: (type: Type) => Type, body: (a: string, b: string) => string): Rule =>
  (call) => {
    const values = counted(call, 2) as [Value, Value];
    for (const one of values) arrayIn(call, one);
    const [a, b] = unified(values, call.name) as [Value, Value];
    const type = gives(a.type);
    if (type.kind !== "array")
      return also(
        within(a, type, (one) => within(b, type, (other) => body(one, other)).sql),
        b,
      );
    const pair = `arrayMap((x, y) -> ${body("x", "y")}, ${a.sql}, arrayResize(${b.sql}, length(${a.sql})))`;
    return value(
      type,
      `if(empty(${a.sql}) OR empty(${b.sql}), ${coerced(value(unknown, "NULL"), type).sql}, ${pair})`,
      a,
      b,
    );
  };

const slice: Rule = (call) => {
  const [given, from, length] = counted(call, 3) as [Value, Value, Value];
  const of = arrayIn(call, given);
  if (from.type.kind !== "bigint" || length.type.kind !== "bigint")
    throw unexpectedArguments(call, "(array, bigint, bigint)");
  const part = (inner: string) =>
    `if(${from.sql} < 0 AND -(${from.sql}) > length(${inner}), arrayResize(${inner}, 0), arraySlice(${inner}, ifNull(${from.sql}, 1), greatest(ifNull(${length.sql}, 0), 0)))`;
  return also(rebuilt(of, of.type, part), from, length);
};

const flatten: Rule = (call) => {
  const of = arrayIn(call, counted(call, 1)[0]);
  if (of.type.of.kind !== "array") throw unexpectedArguments(call, "an array of arrays");
  const member = engineType(of.type.of.of);
  // Each array in it is none or one: first these, then their members, side by side.
  const joined = (list: string, type: string) =>
    `arrayFold((s, m) -> arrayConcat(s, m), ${list}, CAST([], ${quoted(type)}))`;
  return rebuilt(of, of.type.of, (inner) => joined(joined(inner, `Array(Array(${member}))`), `Array(${member})`));
};

const membersMax = 10_000;

const sequence: Rule = overloaded(
  {
    takes: [bigint, bigint],
    gives: arrayOf(bigint),
    sql: (from, to) => numbers(from, to, `if(${from} <= ${to}, 1, -1)`),
  },
  { takes: [bigint, bigint, bigint], gives: arrayOf(bigint), sql: numbers },
);

function numbers(from: string, to: string, by: string): string {
  const count = `(intDiv(${to} - ${from}, ${by}) + 1)`;
  const checked = `if(throwIf(ifNull(${count} > ${membersMax} OR ${count} < 0, 0), 'sequence: from none to ${membersMax} values') = 0, ${count}, 0)`;
  return `arrayMap(x -> arrayMap(m -> toNullable(toInt64(${from} + (m - 1) * ${by})), arrayEnumerate(arrayResize([0], toUInt64(assumeNotNull(x))))), arrayFilter(x -> isNotNull(x), [${checked}]))`;
}

const reverse: Rule = (call) => {
  const [of] = counted(call, 1) as [Value];
  if (of.type.kind === "array") return rebuilt(of, of.type, (inner) => `arrayReverse(${inner})`);
  const text = fitting(of, varchar);
  if (text === undefined) throw unexpectedArguments(call, "varchar or an array");
  return value(varchar, `reverseUTF8(${text.sql})`, text);
};

/** Of texts, or of arrays. */
const concat: Rule = (call) => {
  const values = plainValues(call);
  if (!values.some(({ type }) => type.kind === "array")) return stringRules["concat"]!(call);
  const arrays = unified(values, call.name);
  const none = arrays.map((one) => isNull(one)).join(" OR ");
  const all = arrays.map(({ sql }) => `arrayElement(${sql}, 1)`).join(", ");
  return value(arrays[0]!.type, `arrayMap(x -> arrayConcat(${all}), if(${none}, [], [1]))`, ...arrays);
};

export const arrayRules: Rules = {
  element_at: elementAt,
  subscript: elementAt,
  cardinality,
  contains,
  array_position: position,
  array_remove: remove,
  array_distinct: distinct,
  array_max: extreme("arrayMax"),
  array_min: extreme("arrayMin"),
  array_sort: sort,
  array_join: join,
  array_union: ofTwo(
    (type) => type,
    (a, b) => unique(`arrayConcat(${a}, ${b})`),
  ),
  array_intersect: ofTwo(
    (type) => type,
    (a, b) => unique(`arrayFilter(m -> has(${b}, m), ${a})`),
  ),
  array_except: ofTwo(
    (type) => type,
    (a, b) => unique(`arrayFilter(m -> NOT has(${b}, m), ${a})`),
  ),
  arrays_overlap: ofTwo(
    () => boolean,
    (a, b) => `hasAny(arrayFilter(m -> isNotNull(m), ${a}), ${b})`,
  ),
  slice,
  flatten,
  sequence,
  reverse,
  concat,
};
