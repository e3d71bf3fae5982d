import { castTo, typeOf } from "./casts.js";
import { aggregateRules } from "./functions/aggregates.js";
import { type Argument, chosen, type FunctionCall } from "./functions/rules.js";
import { scalarRules } from "./functions/scalars.js";
import { windowed } from "./functions/windows.js";
import { intervalValue, numberValue, wholeNumber } from "./literals.js";
import { binary, compared, truth } from "./operators.js";
import { among, like } from "./predicates.js";
import { QueryRefused } from "./query-refused.js";
import { resolve, type Scope } from "./scope.js";
import type { Call, Expression, Query, SortItem, Window } from "./tree.js";
import { bigint, boolean, date, isNested, nameOf, type Type, timestamp, unknown } from "./types.js";
import { fieldAt, isNull, momentOf, nullOf, type Parts, textValue, unified, type Value, value } from "./value.js";

/** What expressions of one SELECT stand in. */
export interface Surroundings {
  readonly scope: Scope;
  /** Of a SELECT with groups: SQL that has one value in each. Elsewhere undefined. */
  readonly group?: Group;
  readonly windows: ReadonlyMap<string, Window>;
  /** Whether aggregates may stand here, and what the place is called. */
  readonly place: "SELECT" | "WHERE" | "GROUP BY" | "FROM" | "an aggregate" | "a lambda";
  readonly statement: Statement;
  /** A query within an expression; columns of the scope around it are not for it. */
  inner(query: Query, beyond: Scope): InnerQuery;
  readonly orNull?: boolean;
}

export interface Group {
  /** The SQL of each, by its comparable form. */
  readonly keys: ReadonlyMap<string, string>;
  readonly rows: ReadonlySet<Parts>;
}

/** What all of a statement shares. */
export interface Statement {
  readonly nowMs: number;
  readonly parameters: readonly string[];
  /** Throws where the whole has become too large. */
  count(): void;
}

export interface InnerQuery {
  readonly columns: readonly Value[];
  /** For the one column, where it needs one. */
  readonly name: string;
  /** One SELECT of these expressions. */
  render(select: readonly string[]): string;
}

export function compile(expression: Expression, around: Surroundings): Value {
  around.statement.count();
  const made = compiled(expression, around);
  if (around.group === undefined || !made.ofRow) return made;
  // A row that is not made yet has no SQL of its own to compare.
  if (made.parts) return around.group.rows.has(made.parts) ? oneInGroup(made) : made;
  const key = around.group.keys.get(comparable(made.sql));
  return key === undefined ? made : { type: made.type, sql: key, ofRow: false, literal: made.literal };
}

/** SQL in which names of lambda parameters do not matter: an expression that stands twice has others each time. */
export function comparable(sql: string): string {
  const names = new Map<string, string>();
  return sql.replaceAll(/'(?:[^'\\]|\\.)*'|\bv\d+/g, (part) => {
    if (part.startsWith("'")) return part;
    const known = names.get(part) ?? `v#${names.size}`;
    names.set(part, known);
    return known;
  });
}

function oneInGroup(made: Value): Value {
  if (!made.parts) return { type: made.type, sql: made.sql, ofRow: false };
  const { type, parts } = made;
  return {
    type,
    ofRow: false,
    parts: { field: (index) => oneInGroup(parts.field(index)), isNull: () => parts.isNull() },
    get sql() {
      return made.sql;
    },
  };
}

function compiled(expression: Expression, around: Surroundings): Value {
  const inner = (one: Expression) => compile(one, around);
  switch (expression.kind) {
    case "null":
      return nullOf(unknown);
    case "boolean":
      return value(boolean, expression.value ? "toUInt8(1)" : "toUInt8(0)");
    case "number":
      return numberValue(expression.text);
    case "string":
      return expression.index === undefined || around.statement.parameters.length === 0
        ? textValue(expression.text)
        : parameterValue(around, expression.index, true);
    case "moment":
      return momentOf(expression.text, expression.type === "date" ? date : timestamp);
    case "interval":
      return intervalValue(expression.text, expression.unit);
    case "parameter":
      return parameterValue(around, expression.index, false);
    case "name":
    case "field":
      return compiledPath(expression, around);
    case "subscript":
      return applied("subscript", [expression.of, expression.index], around);
    case "call":
      return compiledCall(expression, around);
    case "lambda":
      throw new QueryRefused("a lambda can only be an argument of a function");
    case "negate":
      return negated(expression.of, around);
    case "not": {
      const of = inner(expression.of);
      return value(boolean, `(NOT ${truth(of)})`, of);
    }
    case "binary":
      return binary(expression.operator, inner(expression.left), inner(expression.right), around.orNull ?? false);
    case "is null": {
      const of = inner(expression.of);
      return value(boolean, `(${isNull(of)})`, of);
    }
    case "between": {
      const of = inner(expression.of);
      const low = compared(">=", of, inner(expression.low));
      const high = compared("<=", of, inner(expression.high));
      return value(boolean, `(${low.sql} AND ${high.sql})`, low, high);
    }
    case "in list":
      return among(inner(expression.of), expression.list.map(inner));
    case "in query":
      return amongRows(inner(expression.of), expression.query, around);
    case "like":
      return like(inner(expression.of), inner(expression.pattern), expression.escape && inner(expression.escape));
    case "exists": {
      const rows = around.inner(expression.query, around.scope);
      return value(boolean, `((SELECT count() FROM (${rows.render(["1"])} LIMIT 1)) > 0)`);
    }
    case "scalar":
      return oneOf(expression.query, around);
    case "case":
      return compiledCase(expression, around);
    case "cast":
      return castTo(inner(expression.of), typeOf(expression.to), expression.orNull || (around.orNull ?? false));
    case "array":
      return arrayValue(expression.values.map(inner));
    case "row":
      return rowValue(expression.values.map(inner));
    case "at time zone":
      return applied("at_timezone", [expression.of, expression.zone], around);
  }
}

/** Values are never part of the text that is parsed; without quotes around its place, what looks like a number is one. */
function parameterValue({ statement }: Surroundings, index: number, isQuoted: boolean): Value {
  const text = statement.parameters[index];
  if (text === undefined) throw new QueryRefused(`there is no value for parameter ${index + 1} of the query`);
  return !isQuoted && /^\d{1,18}(\.\d{1,18})?$/.test(text) ? numberValue(text) : textValue(text);
}

function compiledPath(expression: Expression & { kind: "name" | "field" }, around: Surroundings): Value {
  const path: string[] = [];
  let root: Expression = expression;
  while (root.kind === "field") {
    path.unshift(root.name);
    root = root.of;
  }
  if (root.kind === "name") return resolve([root.name, ...path], around.scope);
  let of = compile(root, around);
  for (const name of path) {
    const index = of.type.kind === "row" ? of.type.fields.findIndex((field) => field.name === name.toLowerCase()) : -1;
    if (index < 0) throw new QueryRefused(`there is no field '${name}' in ${nameOf(of.type)}`);
    of = fieldAt(of, index);
  }
  return of;
}

function negated(expression: Expression, around: Surroundings): Value {
  if (expression.kind === "number" && /^\d+$/.test(expression.text)) return wholeNumber(-BigInt(expression.text));
  const of = compile(expression, around);
  if (of.type.kind === "double" || of.type.kind === "decimal" || of.type.kind.startsWith("interval"))
    return value(of.type, `(-(${of.sql}))`, of);
  return binary("-", value(bigint, "toInt64(0)"), of, around.orNull ?? false);
}

/** NOT IN is NULL where the rows hold a NULL, which the engine's IN does not know. */
function amongRows(of: Value, query: Query, around: Surroundings): Value {
  const rows = around.inner(query, around.scope);
  if (rows.columns.length !== 1) throw new QueryRefused("a subquery after IN must have one column");
  const [one, other] = unified([of, rows.columns[0]!], "IN") as [Value, Value];
  if (isNested(one.type)) throw new QueryRefused(`IN with a subquery is not supported for ${nameOf(one.type)}`);
  const { name } = rows;
  const found = (what: string) => `(SELECT ${what} FROM (${rows.render([`${other.sql} AS ${name}`])}))`;
  const isIn = `${one.sql} IN (SELECT ${name} FROM (${rows.render([`${other.sql} AS ${name}`])}) WHERE isNotNull(${name}))`;
  return value(
    boolean,
    `multiIf(${isIn}, 1, ${found("count()")} = 0, 0, isNull(${one.sql}) OR ${found(`countIf(isNull(${name}))`)} > 0, NULL, 0)`,
    one,
  );
}

function oneOf(query: Query, around: Surroundings): Value {
  const rows = around.inner(query, around.scope);
  if (rows.columns.length !== 1) throw new QueryRefused("a subquery in an expression must have one column");
  const column = rows.columns[0]!;
  if (isNested(column.type)) throw new QueryRefused(`a subquery in an expression cannot give ${nameOf(column.type)}`);
  return value(column.type, `(${rows.render([column.sql])})`);
}

function compiledCase({ of, branches, otherwise }: Expression & { kind: "case" }, around: Surroundings): Value {
  const subject = of && compile(of, around);
  const conditions = branches.map(({ when }) => {
    const condition = compile(when, around);
    return subject ? compared("=", subject, condition) : value(boolean, truth(condition), condition);
  });
  const results = unified(
    [
      ...branches.map(({ result }) => compile(result, around)),
      otherwise ? compile(otherwise, around) : nullOf(unknown),
    ],
    "CASE",
  );
  const made = chosen(
    conditions.map((condition, index) => [condition.sql, results[index]!]),
    results.at(-1)!,
  );
  return value(made.type, made.sql, made, ...conditions);
}

function arrayValue(values: readonly Value[]): Value {
  const members = unified(values, "ARRAY");
  const type: Type = { kind: "array", of: members[0]?.type ?? unknown };
  const made = value(type, `[[${members.map(({ sql }) => sql).join(", ")}]]`, ...members);
  return type.of.kind === "unknown" ? made : coercedExactly(made);
}

function rowValue(values: readonly Value[]): Value {
  const type: Type = { kind: "row", fields: values.map(({ type }) => ({ type })) };
  return coercedExactly(value(type, `[tuple(${values.map(({ sql }) => sql).join(", ")})]`, ...values));
}

function coercedExactly(of: Value): Value {
  return castTo(of, of.type, false, true);
}

/** A function by its name with arguments that are not a call in the statement. */
function applied(name: string, values: readonly Expression[], around: Surroundings): Value {
  return scalarRules[name]!(callOf(name, values, around));
}

function callOf(name: string, values: readonly Expression[], around: Surroundings): FunctionCall {
  const { nowMs } = around.statement;
  return { name, arguments: values.map((one) => argument(one, around)), orNull: around.orNull ?? false, nowMs };
}

function argument(expression: Expression, around: Surroundings): Argument {
  if (expression.kind !== "lambda") return { kind: "value", value: compile(expression, around) };
  const { parameters, body } = expression;
  return {
    kind: "lambda",
    parameters: parameters.length,
    body: (...values) => {
      const columns = parameters.map((name, index) => ({ name: name.toLowerCase(), value: values[index]! }));
      return compile(body, { ...around, place: "a lambda", scope: { columns, outer: around.scope } });
    },
  };
}

function compiledCall(call: Call, around: Surroundings): Value {
  if (call.over)
    return windowed(call, around.windows, allowing(around, "a window function"), (one) => compile(one, around));
  if (Object.hasOwn(aggregateRules, call.name)) return aggregated(call, around);
  if (!Object.hasOwn(scalarRules, call.name)) throw new QueryRefused(`Function '${call.name}' not registered`);
  for (const [given, what] of [
    [call.distinct, "DISTINCT"],
    [call.star, "*"],
    [call.orderBy.length > 0, "ORDER BY"],
    [call.filter !== undefined, "FILTER"],
    [call.ignoreNulls, "IGNORE NULLS"],
  ] as const)
    if (given) throw new QueryRefused(`${what} is not allowed in ${call.name}, which is not an aggregate`);
  if (call.name === "try") return compile(only(call), { ...around, orNull: true });
  return scalarRules[call.name]!(callOf(call.name, call.values, around));
}

function only(call: Call): Expression {
  if (call.values.length !== 1) throw new QueryRefused(`${call.name} takes one value`);
  return call.values[0]!;
}

function allowing(around: Surroundings, what: string): Surroundings {
  if (around.place !== "SELECT") throw new QueryRefused(`${what} cannot stand in ${around.place}`);
  return around;
}

function aggregated(call: Call, around: Surroundings): Value {
  allowing(around, `the aggregate ${call.name}`);
  if (call.ignoreNulls) throw new QueryRefused(`IGNORE NULLS is not supported for ${call.name} without OVER`);
  const inside: Surroundings = { ...around, group: undefined, place: "an aggregate" };
  const filter = call.filter && truth(compile(call.filter, inside));
  const order = call.orderBy.map((item: SortItem) => ({ ...item, value: compile(item.value, inside) }));
  const made = aggregateRules[call.name]!({
    ...callOf(call.name, call.values, inside),
    star: call.star,
    distinct: call.distinct,
    filter,
    order,
    over: undefined,
  });
  return { type: made.type, sql: made.sql, ofRow: false };
}
