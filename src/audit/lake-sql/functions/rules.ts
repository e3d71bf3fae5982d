import { QueryRefused } from "../query-refused.js";
import { commonType, isNested, nameOf, sameType, type Type } from "../types.js";
import { coerced, isNull, momentOf, type Value, value } from "../value.js";

/** An argument of a function: a value, or a lambda that becomes one when the types of its parameters are known. */
export type Argument =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "lambda"; readonly parameters: number; body(...parameters: readonly Value[]): Value };

export interface FunctionCall {
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** Within TRY: what fails is NULL. */
  readonly orNull: boolean;
  readonly nowMs: number;
}

/** How a function is computed; throws QueryRefused where its arguments are not what it takes. */
export type Rule = (call: FunctionCall) => Value;

export type Rules = Readonly<Record<string, Rule>>;

/** One way to call a function: types in order, of which the last `optional` may be left out. */
export interface Signature {
  readonly takes: readonly Type[];
  readonly optional?: number;
  readonly gives: Type;
  readonly sql: (...values: readonly string[]) => string;
}

/** A function of plain values, NULL where one of them is NULL: the engine does the same. */
export function overloaded(...signatures: readonly Signature[]): Rule {
  return (call) => {
    const given = plainValues(call);
    for (const { takes, optional = 0, gives, sql } of signatures) {
      if (given.length > takes.length || given.length < takes.length - optional) continue;
      const fitted = given.map((one, index) => fitting(one, takes[index]!));
      if (!fitted.every((one) => one !== undefined)) continue;
      return value(gives, sql(...fitted.map((one) => one.sql)), ...fitted);
    }
    throw unexpectedArguments(call, signatures.map(({ takes }) => `(${takes.map(nameOf).join(", ")})`).join(" or "));
  };
}

export const takes =
  (...types: readonly Type[]) =>
  (gives: Type, sql: Signature["sql"], optional = 0): Rule =>
    overloaded({ takes: types, gives, sql, optional });

/** The value in the type that a function takes, or undefined. */
export function fitting(given: Value, type: Type): Value | undefined {
  if ((type.kind === "timestamp" || type.kind === "date") && given.literal !== undefined)
    return momentOf(given.literal, type);
  // A date is also a timestamp, but every type of its own is looked for first.
  const common = commonType(given.type, type);
  return common && sameType(common, type) ? coerced(given, type) : undefined;
}

export function plainValues(call: FunctionCall): Value[] {
  return call.arguments.map((argument) => {
    if (argument.kind === "lambda") throw unexpectedArguments(call, "values");
    return argument.value;
  });
}

export function unexpectedArguments(call: FunctionCall, expected: string): QueryRefused {
  const given = call.arguments.map((one) => (one.kind === "lambda" ? "function" : nameOf(one.value.type)));
  return new QueryRefused(
    `Unexpected parameters (${given.join(", ")}) for function ${call.name}. Expected: ${expected}`,
  );
}

/** Checks how many values there are. */
export function counted(call: FunctionCall, least: number, most = least): Value[] {
  const values = plainValues(call);
  if (values.length < least || values.length > most)
    throw unexpectedArguments(call, least === most ? `${least} values` : `${least} to ${most} values`);
  return values;
}

/** Text that must be known before the query runs: patterns, formats, paths. */
export function literalText(call: FunctionCall, given: Value | undefined, what: string): string {
  if (given?.literal === undefined) throw new QueryRefused(`${call.name}: the ${what} must be a string literal`);
  return given.literal;
}

/** CASE of the engine over values that were unified. */
export function chosen(branches: readonly (readonly [string, Value])[], otherwise: Value): Value {
  const parts = branches.flatMap(([when, then]) => [when, then.sql]);
  const { type } = otherwise;
  const values = branches.map(([, then]) => then);
  if (branches.length === 0) return otherwise;
  return value(type, `multiIf(${[...parts, otherwise.sql].join(", ")})`, ...values, otherwise);
}

export function anyNull(values: readonly Value[]): string {
  return values.map((one) => isNull(one)).join(" OR ");
}

export function refuseNested(call: FunctionCall, given: Value): void {
  if (isNested(given.type) || given.type.kind === "json map")
    throw unexpectedArguments(call, "a value that can be ordered");
}

export type ArrayType = Type & { readonly kind: "array" };

export function arrayIn(call: FunctionCall, given: Value | undefined): Value & { readonly type: ArrayType } {
  if (given?.type.kind !== "array") throw unexpectedArguments(call, "an array");
  return given as Value & { readonly type: ArrayType };
}

/** Depends on these, too. */
export function also(of: Value, ...others: readonly Value[]): Value {
  return value(of.type, of.sql, of, ...others);
}
