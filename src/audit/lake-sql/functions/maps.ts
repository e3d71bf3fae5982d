import { arrayOf, engineType, mapOf, type Type, varchar } from "../types.js";
import { asMap, freshName, isNull, quoted, rebuilt, unified, type Value, value } from "../value.js";
import {
  arrayIn,
  counted,
  type FunctionCall,
  plainValues,
  type Rule,
  type Rules,
  unexpectedArguments,
} from "./rules.js";

function mapIn(call: FunctionCall, given: Value | undefined): Value & { readonly type: Type & { kind: "map" } } {
  const of = given && asMap(given);
  if (of?.type.kind !== "map") throw unexpectedArguments(call, "a map");
  return of as Value & { readonly type: Type & { kind: "map" } };
}

const keys: Rule = (call) => {
  const [given] = counted(call, 1) as [Value];
  if (given.type.kind === "json map") {
    const names = "CAST(JSONExtractKeys(assumeNotNull(v)), 'Array(Nullable(String))')";
    return value(arrayOf(varchar), `arrayMap(v -> ${names}, arrayFilter(v -> isNotNull(v), [${given.sql}]))`, given);
  }
  const of = mapIn(call, given);
  return rebuilt(of, arrayOf(of.type.key), (inner) => `arrayMap(p -> p.1, ${inner})`);
};

const values: Rule = (call) => {
  const of = mapIn(call, counted(call, 1)[0]);
  return rebuilt(of, arrayOf(of.type.value), (inner) => `arrayMap(p -> p.2, ${inner})`);
};

const entries: Rule = (call) => {
  const of = mapIn(call, counted(call, 1)[0]);
  const type: Type = { kind: "row", fields: [{ type: of.type.key }, { type: of.type.value }] };
  return rebuilt(of, arrayOf(type), (inner) => `arrayMap(p -> [p], ${inner})`);
};

const fromEntries: Rule = (call) => {
  const of = arrayIn(call, counted(call, 1)[0]);
  const member = of.type.of;
  if (member.kind !== "row" || member.fields.length !== 2) throw unexpectedArguments(call, "an array of pairs");
  const type = mapOf(member.fields[0]!.type, member.fields[1]!.type);
  return rebuilt(of, type, (inner) =>
    firstOfEach(`arrayMap(p -> arrayElement(p, 1), arrayFilter(p -> notEmpty(p), ${inner}))`),
  );
};

/** Of entries with the same key the first one. */
function firstOfEach(list: string): string {
  return `arrayFilter((p, n) -> n = 1, ${list}, arrayEnumerateUniq(arrayMap(p -> p.1, ${list})))`;
}

/** From an array of keys and one of values. */
const map: Rule = (call) => {
  const given = plainValues(call);
  const [a, b] = given.map((one) => arrayIn(call, one));
  if (a === undefined || b === undefined || given.length !== 2)
    throw unexpectedArguments(call, "an array of keys and one of values");
  const type = mapOf(a.type.of, b.type.of);
  const zipped = firstOfEach(`arrayZip(arrayElement(${a.sql}, 1), arrayElement(${b.sql}, 1))`);
  const exact = `CAST(${zipped}, ${quoted(`Array(Tuple(${engineType(type.kind === "map" ? type.key : type)}, ${engineType(b.type.of)}))`)})`;
  return value(type, `arrayMap(v -> ${exact}, if(${isNull(a)} OR ${isNull(b)}, [], [1]))`, a, b);
};

/** Of equal keys the last one counts. */
const concat: Rule = (call) => {
  const maps = unified(
    plainValues(call).map((one) => mapIn(call, one)),
    call.name,
  );
  const [first] = maps;
  if (first === undefined) throw unexpectedArguments(call, "maps");
  const none = maps.map((one) => isNull(one)).join(" OR ");
  const all = [...maps]
    .reverse()
    .map(({ sql }) => `arrayElement(${sql}, 1)`)
    .join(", ");
  const name = freshName();
  const merged = `arrayMap(${name} -> ${firstOfEach(name)}, [arrayConcat(${all})])`;
  return value(first.type, `if(${none}, arrayResize(${first.sql}, 0), ${merged})`, ...maps);
};

export const mapRules: Rules = {
  map_keys: keys,
  map_values: values,
  map_entries: entries,
  map_from_entries: fromEntries,
  map,
  map_concat: concat,
};
