import { failing, toJson } from "../casts.js";
import { QueryRefused } from "../query-refused.js";
import { bigint, boolean, json, varchar } from "../types.js";
import { quoted, type Value, value } from "../value.js";
import { counted, literalText, type Rule, type Rules, unexpectedArguments } from "./rules.js";

/** Text of JSON, or a value that is known to be JSON. */
function document(call: Parameters<Rule>[0], given: Value | undefined): Value {
  const { kind } = given?.type ?? { kind: "" };
  if (kind !== "json" && kind !== "varchar" && kind !== "unknown") throw unexpectedArguments(call, "json or varchar");
  return value(json, `ifNull(${given!.sql}, '')`, given!);
}

const step = /\.([A-Za-z_][\w-]*)|\.?\[(?:(\d{1,6})|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]|\."((?:[^"\\]|\\.)*)"/y;

/** `$.a["b"][0]` as arguments of the engine's functions, which count from 1. */
function path(call: Parameters<Rule>[0], given: Value | undefined): string {
  const text = literalText(call, given, "path");
  if (!text.startsWith("$")) throw new QueryRefused(`Invalid JSON path: '${text.slice(0, 60)}'`);
  const steps: string[] = [];
  for (step.lastIndex = 1; step.lastIndex < text.length; ) {
    const match = step.exec(text);
    if (match === null) throw new QueryRefused(`Invalid or unsupported JSON path: '${text.slice(0, 60)}'`);
    const [, name, index, double, single, quotedName] = match;
    const key = name ?? (double ?? single ?? quotedName)?.replaceAll(/\\(.)/g, "$1");
    steps.push(key === undefined ? String(Number(index) + 1) : quoted(key));
  }
  return steps.map((one) => `, ${one}`).join("");
}

const extract: Rule = (call) => {
  const [of, where] = counted(call, 2);
  const from = document(call, of);
  return value(json, `nullIf(JSONExtractRaw(${from.sql}${path(call, where)}), '')`, from);
};

const extractScalar: Rule = (call) => {
  const [of, where] = counted(call, 2);
  const from = document(call, of);
  return value(varchar, scalar(from.sql, path(call, where)), from);
};

function scalar(sql: string, steps: string): string {
  const isScalar = `JSONType(${sql}${steps}) NOT IN ('Object', 'Array', 'Null')`;
  return `if(${isScalar}, JSONExtract(${sql}${steps}, 'Nullable(String)'), NULL)`;
}

const parse: Rule = (call) => {
  const [of] = counted(call, 1) as [Value];
  const from = document(call, of);
  const read = `if(isNull(${of.sql}), NULL, nullIf(JSONExtractRaw(${from.sql}), ''))`;
  const wrong = `isNotNull(${of.sql}) AND NOT isValidJSON(${from.sql})`;
  return value(
    json,
    call.orNull ? `if(${wrong}, NULL, ${read})` : failing(wrong, "Cannot convert value to JSON", read),
    from,
  );
};

const format: Rule = (call) => {
  const [of] = counted(call, 1) as [Value];
  if (of.type.kind !== "json") throw unexpectedArguments(call, "json");
  return value(varchar, of.sql, of);
};

const arrayLength: Rule = (call) => {
  const from = document(call, counted(call, 1)[0]);
  return value(bigint, `if(JSONType(${from.sql}) = 'Array', toInt64(JSONLength(${from.sql})), NULL)`, from);
};

const arrayContains: Rule = (call) => {
  const [of, what] = counted(call, 2) as [Value, Value];
  const from = document(call, of);
  if (!["varchar", "bigint", "double", "boolean"].includes(what.type.kind))
    throw unexpectedArguments(call, "(json, varchar, bigint, double or boolean)");
  // Both written in the same way, by the engine.
  const wanted = `JSONExtractRaw(ifNull(${toJson(what.sql, what.type)}, ''))`;
  const found = `has(JSONExtractArrayRaw(${from.sql}), ${wanted})`;
  return value(boolean, `if(JSONType(${from.sql}) = 'Array' AND isNotNull(${what.sql}), ${found}, NULL)`, from, what);
};

/** Counted from 0, or from the end. */
const arrayGet: Rule = (call) => {
  const [of, place] = counted(call, 2) as [Value, Value];
  const from = document(call, of);
  if (place.type.kind !== "bigint") throw unexpectedArguments(call, "(json, bigint)");
  const at = `if(ifNull(${place.sql}, 0) < 0, ifNull(${place.sql}, 0), ifNull(${place.sql}, 0) + 1)`;
  const found = `nullIf(JSONExtractRaw(${from.sql}, ${at}), '')`;
  return value(json, `if(JSONType(${from.sql}) = 'Array' AND isNotNull(${place.sql}), ${found}, NULL)`, from, place);
};

const size: Rule = (call) => {
  const [of, where] = counted(call, 2);
  const from = document(call, of);
  const steps = path(call, where);
  const found = `JSONExtractRaw(${from.sql}${steps})`;
  return value(bigint, `if(${found} = '', NULL, toInt64(JSONLength(${from.sql}${steps})))`, from);
};

const isScalar: Rule = (call) => {
  const [of] = counted(call, 1) as [Value];
  const from = document(call, of);
  return value(boolean, `if(isNull(${of.sql}), NULL, JSONType(${from.sql}) NOT IN ('Object', 'Array'))`, from);
};

export const jsonRules: Rules = {
  json_parse: parse,
  json_format: format,
  json_extract: extract,
  json_extract_scalar: extractScalar,
  json_array_length: arrayLength,
  json_array_contains: arrayContains,
  json_array_get: arrayGet,
  json_size: size,
  is_json_scalar: isScalar,
};
