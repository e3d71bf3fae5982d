import { PatternError } from "./pattern-error.js";
import { compileRegex } from "./regex.js";

/** `=`, `!=`, `<`, `<=`, `>`, `>=` */
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** What stands on the right of an operator. */
export type Operand =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "regex"; readonly source: string };

/** A scalar of a log event: what a JSON selector or a field of a line gives. */
export type Scalar = string | number | boolean;

const numberForm = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

export function isNumber(text: string): boolean {
  return numberForm.test(text);
}

/** @throws PatternError if the operator does not go with the operand, or the operand is malformed. */
export function compileComparison(operator: Operator, operand: Operand): (value: Scalar) => boolean {
  const equality = operator === "=" || operator === "!=";
  if (equality) {
    const equals = compileEquals(operand);
    return operator === "=" ? equals : (value) => !equals(value);
  }
  if (operand.kind !== "number") throw new PatternError(`'${operator}' wants a number on its right`);
  const bound = Number(operand.text);
  const holds = orders[operator];
  return (value) => {
    const number = numberOf(value);
    return number !== undefined && holds(number, bound);
  };
}

const orders: Readonly<Record<"<" | "<=" | ">" | ">=", (left: number, right: number) => boolean>> = {
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

function compileEquals(operand: Operand): (value: Scalar) => boolean {
  switch (operand.kind) {
    case "regex": {
      const regex = compileRegex(operand.source);
      return (value) => regex.test(String(value));
    }
    case "number": {
      const wanted = Number(operand.text);
      return (value) => numberOf(value) === wanted || String(value) === operand.text;
    }
    case "text":
      return compileWildcards(operand.text);
  }
}

/** A `*` at either end stands for any text; elsewhere it is an asterisk. */
function compileWildcards(text: string): (value: Scalar) => boolean {
  if (/^\*+$/.test(text)) return () => true;
  const open = text.startsWith("*");
  const close = text.endsWith("*");
  const core = text.slice(open ? 1 : 0, close ? -1 : undefined);
  if (open && close) return (value) => String(value).includes(core);
  if (open) return (value) => String(value).endsWith(core);
  if (close) return (value) => String(value).startsWith(core);
  return (value) => String(value) === core;
}

function numberOf(value: Scalar): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && isNumber(value) ? Number(value) : undefined;
}
