import type { Surroundings } from "../compile-expression.js";
import { truth } from "../operators.js";
import { QueryRefused } from "../query-refused.js";
import type { Call, Expression, Frame, FrameBound, Window } from "../tree.js";
import { bigint, double, isNested, nameOf } from "../types.js";
import { coerced, type Value, value } from "../value.js";
import { aggregateRules } from "./aggregates.js";

type Compile = (expression: Expression) => Value;

const ranking: Readonly<Record<string, { readonly engine: string; readonly gives: typeof bigint }>> = {
  row_number: { engine: "row_number", gives: bigint },
  rank: { engine: "rank", gives: bigint },
  dense_rank: { engine: "dense_rank", gives: bigint },
  percent_rank: { engine: "percent_rank", gives: double },
  cume_dist: { engine: "cume_dist", gives: double },
};

/** A function with OVER: one of ranks, of other rows, or an aggregate. */
export function windowed(call: Call, named: Surroundings["windows"], around: Surroundings, compile: Compile): Value {
  const window = combined(call.over!, named);
  for (const [given, what] of [
    [call.orderBy.length > 0, "ORDER BY within"],
    [call.distinct, "DISTINCT within"],
  ] as const)
    if (given) throw new QueryRefused(`${what} ${call.name} is not supported with OVER`);
  const partition = window.partitionBy.map(compile);
  const order = window.orderBy.map((item) => ({ ...item, key: compile(item.value) }));
  const values = call.values.map(compile);
  const filter = call.filter && compile(call.filter);
  const over = (frame: Frame | undefined) => overClause(partition, order, frame);
  const made = computed(call, values, filter, window, over, around);
  const all = [...values, ...partition, ...order.map(({ key }) => key), ...(filter ? [filter] : [])];
  return { type: made.type, sql: made.sql, ofRow: all.some(({ ofRow }) => ofRow) };
}

function computed(
  call: Call,
  values: readonly Value[],
  filter: Value | undefined,
  window: Window,
  over: (frame: Frame | undefined) => string,
  around: Surroundings,
): Value {
  if (Object.hasOwn(aggregateRules, call.name)) {
    if (call.ignoreNulls) throw new QueryRefused(`IGNORE NULLS is not supported for ${call.name}`);
    return aggregateRules[call.name]!({
      name: call.name,
      arguments: values.map((one) => ({ kind: "value", value: one })),
      orNull: false,
      nowMs: around.statement.nowMs,
      star: call.star,
      distinct: false,
      filter: filter && truth(filter),
      order: [],
      over: over(window.frame),
    });
  }
  if (filter) throw new QueryRefused(`FILTER is only supported for aggregates, not for ${call.name}`);
  const rank = Object.hasOwn(ranking, call.name) ? ranking[call.name] : undefined;
  if (rank && values.length === 0)
    return value(rank.gives, `${rank.gives === bigint ? "toInt64" : "toFloat64"}(${rank.engine}() ${over(undefined)})`);
  const [of, second, third] = values;
  if (call.name === "ntile" && of?.type.kind === "bigint" && values.length === 1) {
    if (!/^toInt64\([1-9]\d*\)$/.test(of.sql)) throw new QueryRefused("ntile: the number of buckets must be a literal");
    return value(bigint, `toInt64(ntile(${of.sql.slice(8, -1)}) ${over(undefined)})`);
  }
  if (of === undefined) throw new QueryRefused(`Window function '${call.name}' not registered`);
  switch (call.name) {
    case "lag":
    case "lead":
      return neighbour(call, of, second, third, over);
    case "first_value":
    case "last_value":
      return edge(call, call.name, of, over(window.frame));
    case "nth_value":
      return nth(of, second, over(window.frame));
    default:
      throw new QueryRefused(`Window function '${call.name}' not registered`);
  }
}

/** Held in a list of one, a value can be NULL and still be told from "no such row", for which the engine gives its default. */
function held(of: Value): string {
  return isNested(of.type) ? `[${of.sql}]` : `[toNullable(${of.sql})]`;
}

function neighbour(
  call: Call,
  of: Value,
  offset: Value | undefined,
  otherwise: Value | undefined,
  over: (frame: Frame | undefined) => string,
): Value {
  if (call.ignoreNulls) throw new QueryRefused(`IGNORE NULLS is not supported for ${call.name}`);
  const rows = offset === undefined ? "1" : /^toInt64\((\d+)\)$/.exec(offset.sql)?.[1];
  if (rows === undefined) throw new QueryRefused(`${call.name}: the offset must be a literal`);
  const all: Frame = { unit: "rows", from: "unbounded preceding", to: "unbounded following" };
  const found = `${call.name}InFrame(${held(of)}, ${rows}) ${over(all)}`;
  const fallback = otherwise && coerced(otherwise, of.type).sql;
  if (fallback === undefined) return value(of.type, `arrayElement(${found}, 1)`);
  return value(
    of.type,
    `arrayElement(if(empty(${found}), ${isNested(of.type) ? `[${fallback}]` : `[toNullable(${fallback})]`}, ${found}), 1)`,
  );
}

function edge(call: Call, name: "first_value" | "last_value", of: Value, over: string): Value {
  if (!call.ignoreNulls) return value(of.type, `arrayElement(${name}(${held(of)}) ${over}, 1)`);
  if (!isNested(of.type)) return value(of.type, `${name}(toNullable(${of.sql})) ${over}`);
  throw new QueryRefused(`IGNORE NULLS is not supported for ${call.name} of ${nameOf(of.type)}`);
}

function nth(of: Value, place: Value | undefined, over: string): Value {
  const at = place && /^toInt64\(([1-9]\d*)\)$/.exec(place.sql)?.[1];
  if (!at) throw new QueryRefused("nth_value: the offset must be a literal from 1 on");
  return value(of.type, `arrayElement(nth_value(${held(of)}, ${at}) ${over}, 1)`);
}

function combined(window: Window, named: Surroundings["windows"], depth = 0): Window {
  if (window.base === undefined) return window;
  const base = named.get(window.base.toLowerCase());
  if (base === undefined || depth > 50) throw new QueryRefused(`WINDOW '${window.base}' is not defined`);
  const { partitionBy, orderBy, frame } = combined(base, named, depth + 1);
  if (window.partitionBy.length > 0 || (window.orderBy.length > 0 && orderBy.length > 0))
    throw new QueryRefused(`WINDOW '${window.base}' cannot be partitioned or ordered again`);
  return {
    partitionBy,
    orderBy: window.orderBy.length > 0 ? window.orderBy : orderBy,
    frame: window.frame ?? frame,
    at: window.at,
  };
}

type SortKey = { readonly key: Value; readonly descending: boolean; readonly nullsFirst: boolean };

function overClause(partition: readonly Value[], order: readonly SortKey[], frame: Frame | undefined): string {
  const parts = [
    partition.length > 0 ? `PARTITION BY ${partition.map(({ sql }) => sql).join(", ")}` : "",
    order.length > 0 ? `ORDER BY ${order.map(sortKey).join(", ")}` : "",
    frame ? frameClause(frame, order) : "",
  ];
  return `OVER (${parts.filter((part) => part !== "").join(" ")})`;
}

export function sortKey({ key, descending, nullsFirst }: SortKey): string {
  if (isNested(key.type) || key.type.kind === "json map") throw new QueryRefused("only plain values can be ordered");
  return `${key.sql} ${descending ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
}

function frameClause({ unit, from, to }: Frame, order: readonly SortKey[]): string {
  const offsets = typeof from === "object" || typeof to === "object";
  if (unit === "range" && offsets) throw new QueryRefused("frames of RANGE with an offset are not supported");
  if (rank(from) > rank(to)) throw new QueryRefused("a window frame cannot start after its end");
  if (unit === "range" && order.length === 0) return "";
  return `${unit.toUpperCase()} BETWEEN ${bound(from)} AND ${bound(to)}`;
}

function rank(of: FrameBound): number {
  if (of === "unbounded preceding") return -Infinity;
  if (of === "unbounded following") return Infinity;
  return of === "current row" ? 0 : of.side === "preceding" ? -of.rows : of.rows;
}

function bound(of: FrameBound): string {
  return typeof of === "string" ? of.toUpperCase() : `${of.rows} ${of.side.toUpperCase()}`;
}
