import { compared, truth } from "../operators.js";
import { isNested, nameOf } from "../types.js";
import { isNull, nullOf, textValue, unified, type Value, value } from "../value.js";
import {
  anyNull,
  chosen,
  counted,
  plainValues,
  type Rule,
  type Rules,
  refuseNested,
  unexpectedArguments,
} from "./rules.js";

const coalesce: Rule = (call) => {
  const given = plainValues(call);
  if (given.length < 2) throw unexpectedArguments(call, "two values or more");
  const values = unified(given, "coalesce");
  const branches = values.slice(0, -1).map((one) => [`NOT ${isNull(one)}`, one] as const);
  const { type } = values[0]!;
  if (!isNested(type)) return value(type, `coalesce(${values.map(({ sql }) => sql).join(", ")})`, ...values);
  return chosen(branches, values.at(-1)!);
};

const nullIf: Rule = (call) => {
  const [of, other] = counted(call, 2) as [Value, Value];
  const equal = compared("=", of, other);
  const none = nullOf(of.type);
  const made = chosen([[`ifNull(${equal.sql}, 0)`, none]], of);
  return value(of.type, made.sql, of, other);
};

const conditional: Rule = (call) => {
  const [condition, ...given] = counted(call, 2, 3) as [Value, Value, Value?];
  const [then, otherwise] = unified([given[0]!, given[1] ?? nullOf({ kind: "unknown" })], "if") as [Value, Value];
  const made = chosen([[truth(condition), then]], otherwise);
  return value(made.type, made.sql, condition, then, otherwise);
};

/** NULL as soon as one of the values is. */
const extreme =
  (engine: "greatest" | "least"): Rule =>
  (call) => {
    const values = unified(plainValues(call), call.name);
    if (values.length === 0) throw unexpectedArguments(call, "at least one value");
    for (const one of values) refuseNested(call, one);
    const { type } = values[0]!;
    if (values.length === 1 || type.kind === "unknown") return values[0]!;
    return value(
      type,
      `if(${anyNull(values)}, NULL, ${engine}(${values.map(({ sql }) => sql).join(", ")}))`,
      ...values,
    );
  };

export const conditionalRules: Rules = {
  coalesce,
  nullif: nullIf,
  if: conditional,
  greatest: extreme("greatest"),
  least: extreme("least"),
  typeof: (call) => textValue(nameOf(counted(call, 1)[0]!.type)),
  try: (call) => counted(call, 1)[0]!,
};
