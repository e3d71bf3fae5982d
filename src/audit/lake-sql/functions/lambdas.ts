import { truth } from "../operators.js";
import { arrayOf, boolean, engineType, mapOf, nameOf, sameType, type Type } from "../types.js";
import { asMap, coerced, fieldAt, freshName, quoted, rebuilt, type Value, value, within } from "../value.js";
import {
  type Argument,
  also,
  arrayIn,
  type FunctionCall,
  type Rule,
  type Rules,
  unexpectedArguments,
} from "./rules.js";

/** The lambda at a place, once its parameters are known. */
function applied(call: FunctionCall, index: number, ...parameters: readonly Value[]): Value {
  const given: Argument | undefined = call.arguments[index];
  if (given?.kind !== "lambda" || given.parameters !== parameters.length)
    throw unexpectedArguments(call, `a lambda with ${parameters.length} parameters`);
  return given.body(...parameters);
}

function valueAt(call: FunctionCall, index: number): Value {
  const given = call.arguments[index];
  if (given?.kind !== "value") throw unexpectedArguments(call, "a value");
  return given.value;
}

function refuseMore(call: FunctionCall, count: number): void {
  if (call.arguments.length !== count) throw unexpectedArguments(call, `${count} arguments`);
}

/** True where some member, all or none of them are; NULL where that hangs on a member for which it is NULL. */
const match =
  (decides: 0 | 1, decided: 0 | 1): Rule =>
  (call) => {
    refuseMore(call, 2);
    const of = arrayIn(call, valueAt(call, 0));
    const member = freshName();
    const test = applied(call, 1, value(of.type.of, member));
    const results = (inner: string) => `arrayMap(${member} -> CAST(${truth(test)}, 'Nullable(UInt8)'), ${inner})`;
    const three = (inner: string) =>
      `arrayElement(arrayMap(w -> multiIf(has(w, ${decides}), ${decided}, has(w, NULL), NULL, ${1 - decided}), [${results(inner)}]), 1)`;
    return also(within(of, boolean, three), test);
  };

const filter: Rule = (call) => {
  refuseMore(call, 2);
  const of = arrayIn(call, valueAt(call, 0));
  const member = freshName();
  const test = applied(call, 1, value(of.type.of, member));
  return also(
    rebuilt(of, of.type, (inner) => `arrayFilter(${member} -> ifNull(${truth(test)}, 0), ${inner})`),
    test,
  );
};

const transform: Rule = (call) => {
  refuseMore(call, 2);
  const of = arrayIn(call, valueAt(call, 0));
  const member = freshName();
  const made = applied(call, 1, value(of.type.of, member));
  const each = (inner: string) =>
    `arrayMap(${member} -> CAST(${made.sql}, ${quoted(engineType(made.type))}), ${inner})`;
  return also(rebuilt(of, arrayOf(made.type), each), made);
};

const zipWith: Rule = (call) => {
  refuseMore(call, 3);
  const [a, b] = [arrayIn(call, valueAt(call, 0)), arrayIn(call, valueAt(call, 1))];
  const [x, y] = [freshName(), freshName()];
  const made = applied(call, 2, value(a.type.of, x), value(b.type.of, y));
  const type = arrayOf(made.type);
  const size = `greatest(length(${x}a), length(${y}a))`;
  const each = `arrayMap((${x}, ${y}) -> CAST(${made.sql}, ${quoted(engineType(made.type))}), arrayResize(${x}a, ${size}), arrayResize(${y}a, ${size}))`;
  const lists = `if(empty(${a.sql}) OR empty(${b.sql}), arrayResize(${a.sql}, 0), ${a.sql})`;
  const others = `arrayResize(${b.sql}, length(${lists}))`;
  return value(type, `arrayMap((${x}a, ${y}a) -> ${each}, ${lists}, ${others})`, a, b, made);
};

const reduce: Rule = (call) => {
  refuseMore(call, 4);
  const of = arrayIn(call, valueAt(call, 0));
  const [state, member, last] = [freshName(), freshName(), freshName()];
  let start = valueAt(call, 1);
  let step = applied(call, 2, value(start.type, state), value(of.type.of, member));
  if (!sameType(step.type, start.type)) {
    // The first value in the type of the others.
    start = coerced(start, step.type);
    step = coerced(applied(call, 2, value(start.type, state), value(of.type.of, member)), start.type);
  }
  const type = quoted(engineType(start.type));
  const end = applied(call, 3, value(start.type, last));
  const folded = (inner: string) =>
    `arrayFold((${state}, ${member}) -> CAST(${step.sql}, ${type}), ${inner}, CAST(${start.sql}, ${type}))`;
  const all = (inner: string) => `arrayElement(arrayMap(${last} -> ${end.sql}, [${folded(inner)}]), 1)`;
  return also(within(of, end.type, all), start, step, end);
};

type MapType = Type & { readonly kind: "map" };

/** A map and a lambda of a key and a value. */
function overEntries(call: FunctionCall): { of: Value; type: MapType; entry: string; made: Value } {
  refuseMore(call, 2);
  const of = asMap(valueAt(call, 0));
  if (of.type.kind !== "map") throw unexpectedArguments(call, "a map");
  const entry = freshName();
  const pair = value({ kind: "row", fields: [{ type: of.type.key }, { type: of.type.value }] }, `[${entry}]`);
  return { of, type: of.type, entry, made: applied(call, 1, fieldAt(pair, 0), fieldAt(pair, 1)) };
}

const mapFilter: Rule = (call) => {
  const { of, type, entry, made } = overEntries(call);
  return also(
    rebuilt(of, type, (inner) => `arrayFilter(${entry} -> ifNull(${truth(made)}, 0), ${inner})`),
    made,
  );
};

const transformValues: Rule = (call) => {
  const { of, type, entry, made } = overEntries(call);
  const each = `tuple(${entry}.1, CAST(${made.sql}, ${quoted(engineType(made.type))}))`;
  return also(
    rebuilt(of, mapOf(type.key, made.type), (inner) => `arrayMap(${entry} -> ${each}, ${inner})`),
    made,
  );
};

const transformKeys: Rule = (call) => {
  const { of, type, entry, made } = overEntries(call);
  if (made.type.kind === "unknown")
    throw unexpectedArguments(call, `a lambda that gives a key, not ${nameOf(made.type)}`);
  const each = `tuple(CAST(${made.sql}, ${quoted(engineType(made.type))}), ${entry}.2)`;
  return also(
    rebuilt(of, mapOf(made.type, type.value), (inner) => `arrayMap(${entry} -> ${each}, ${inner})`),
    made,
  );
};

export const lambdaRules: Rules = {
  any_match: match(1, 1),
  all_match: match(0, 0),
  none_match: match(1, 0),
  filter,
  transform,
  zip_with: zipWith,
  reduce,
  map_filter: mapFilter,
  transform_values: transformValues,
  transform_keys: transformKeys,
};
