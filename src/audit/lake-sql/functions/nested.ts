import { bigint, nameOf, varchar } from "../types.js";
import { asMap, type Value, value, within } from "../value.js";
import { counted, fitting, type Rule, type Rules, unexpectedArguments } from "./rules.js";

const elementAt: Rule = (call) => {
  const [of, index] = counted(call, 2) as [Value, Value];
  const { type } = of;
  // One key of a JSON object is read without the others.
  if (type.kind === "json map") {
    if (index.type.kind !== "varchar") throw unexpectedArguments(call, "(map(varchar, varchar), varchar)");
    return value(
      varchar,
      `JSONExtract(ifNull(${of.sql}, '{}'), ifNull(${index.sql}, ''), 'Nullable(String)')`,
      of,
      index,
    );
  }
  if (type.kind === "array") {
    if (index.type.kind !== "bigint") throw unexpectedArguments(call, "(array, bigint)");
    return within(of, type.of, (inner) => `arrayElement(${inner}, ifNull(${index.sql}, 0))`);
  }
  if (type.kind !== "map") throw unexpectedArguments(call, "an array or a map");
  const key = fitting(index, type.key);
  if (key === undefined) throw unexpectedArguments(call, nameOf(type.key));
  return within(of, type.value, (inner) => `tupleElement(arrayFirst(v -> v.1 = ${key.sql}, ${inner}), 2)`);
};

const cardinality: Rule = (call) => {
  const of = asMap(counted(call, 1)[0]!);
  if (of.type.kind !== "array" && of.type.kind !== "map") throw unexpectedArguments(call, "an array or a map");
  return within(of, bigint, (inner) => `length(${inner})`);
};

export const nestedRules: Rules = { element_at: elementAt, subscript: elementAt, cardinality };
