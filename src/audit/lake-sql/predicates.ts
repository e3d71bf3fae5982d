import { compared } from "./operators.js";
import { QueryRefused } from "./query-refused.js";
import { boolean, isNested, nameOf, varchar } from "./types.js";
import { coerced, quoted, unified, type Value, value } from "./value.js";

/** x = a OR x = b …, as a set where all are plain. */
export function among(of: Value, list: readonly Value[]): Value {
  const [one, ...others] = unified([of, ...list], "IN") as [Value, ...Value[]];
  const constants = others.filter((_other, index) => list[index]!.type.kind !== "unknown" && isPlain(list[index]!));
  const rest = others.filter((_other, index) => list[index]!.type.kind === "unknown" || !isPlain(list[index]!));
  const tests = rest.map((other) => compared("=", one, other).sql);
  if (constants.length > 0 && !isNested(one.type))
    tests.unshift(`(${one.sql} IN (${constants.map(({ sql }) => sql).join(", ")}))`);
  else tests.unshift(...constants.map((other) => compared("=", one, other).sql));
  return value(boolean, `(${tests.join(" OR ")})`, one, ...others);
}

function isPlain(of: Value): boolean {
  return of.literal !== undefined || /^(toInt64|toDecimal128)\([^(]*\)$/.test(of.sql);
}

/** The pattern is a literal: what it means is written in the engine's way. */
export function like(of: Value, pattern: Value, escapedBy: Value | undefined): Value {
  const text = coercedText(of, "LIKE");
  if (pattern.literal === undefined) throw new QueryRefused("the pattern of LIKE must be a string literal");
  const mark = escapedBy?.literal;
  if (escapedBy && (mark === undefined || [...mark].length !== 1))
    throw new QueryRefused("ESCAPE must be one character");
  return value(boolean, `(${text.sql} LIKE ${quoted(enginePattern(pattern.literal, mark))})`, text);
}

/** The engine escapes with a backslash, always. */
function enginePattern(pattern: string, mark: string | undefined): string {
  let result = "";
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index]!;
    if (character === mark) {
      const next = characters[++index];
      if (next !== "%" && next !== "_" && next !== mark)
        throw new QueryRefused("Escape character must be followed by '%', '_' or the escape character itself");
      result += next === "%" || next === "_" || next === "\\" ? `\\${next}` : next;
    } else result += character === "\\" ? "\\\\" : character;
  }
  return result;
}

function coercedText(of: Value, what: string): Value {
  if (of.type.kind !== "varchar" && of.type.kind !== "unknown")
    throw new QueryRefused(`${what} needs varchar, not ${nameOf(of.type)}`);
  return coerced(of, varchar);
}
