import { fitted, truth } from "../operators.js";
import { QueryRefused } from "../query-refused.js";
import {
  arrayOf,
  asDecimal,
  bigint,
  boolean,
  decimalOf,
  double,
  engineType as engine,
  isNested,
  isNumber,
  mapOf,
  type Type,
} from "../types.js";
import { coerced, isNull, quoted, type Value, value } from "../value.js";
import { counted, type FunctionCall, refuseNested, unexpectedArguments } from "./rules.js";

export interface AggregateCall extends FunctionCall {
  readonly star: boolean;
  readonly distinct: boolean;
  /** SQL of the condition after FILTER. */
  readonly filter?: string;
  readonly order: readonly { readonly value: Value; readonly descending: boolean; readonly nullsFirst: boolean }[];
  /** `OVER (…)`, where it is computed for each row. */
  readonly over?: string;
}

type AggregateRule = (call: AggregateCall) => Value;

/** The engine's aggregate over these values, of the rows that FILTER leaves. */
function over(call: AggregateCall, name: string, ...values: readonly string[]): string {
  const [base, parameters = ""] = name.split(/(?=\()/);
  const all = call.filter === undefined ? values : [...values, `ifNull(${call.filter}, 0)`];
  const combined = `${base}${call.distinct ? "Distinct" : ""}${call.filter === undefined ? "" : "If"}${parameters}`;
  return `${combined}(${all.join(", ")})${call.over === undefined ? "" : ` ${call.over}`}`;
}

/** The engine gives 0 for nothing unless what it adds up may be NULL. */
const nullable = (of: Value): string => `toNullable(${of.sql})`;

const withoutOrder =
  (rule: AggregateRule): AggregateRule =>
  (call) => {
    if (call.order.length > 0) throw new QueryRefused(`ORDER BY within ${call.name} is not supported`);
    if (call.star && call.name !== "count") throw new QueryRefused(`${call.name}(*) is not a function`);
    return rule(call);
  };

function count(call: AggregateCall): Value {
  if (call.star || call.arguments.length === 0) {
    if (call.distinct) throw new QueryRefused("count(DISTINCT) needs a value");
    return value(bigint, `toInt64(${over(call, "count")})`);
  }
  const [of] = counted(call, 1) as [Value];
  const filter = [call.filter && `ifNull(${call.filter}, 0)`, `NOT ${isNull(of)}`].filter(Boolean).join(" AND ");
  if (!call.distinct) return value(bigint, `toInt64(${over({ ...call, filter: `(${filter})` }, "count")})`);
  const plain = isNested(of.type) ? { ...call, filter: `(${filter})` } : call;
  return value(bigint, `toInt64(${over({ ...plain, distinct: false }, "uniqExact", of.sql)})`);
}

function sum(call: AggregateCall): Value {
  const [of] = counted(call, 1) as [Value];
  if (of.type.kind.startsWith("interval")) return value(of.type, over(call, "sum", nullable(of)));
  if (!isNumber(of.type)) throw unexpectedArguments(call, "a number");
  if (of.type.kind === "bigint")
    return value(bigint, fitted(over(call, "sum", `toNullable(toInt128(${of.sql}))`), false));
  const type = of.type.kind === "decimal" ? decimalOf(38, of.type.scale) : double;
  return value(type, over(call, "sum", nullable(of)));
}

function avg(call: AggregateCall): Value {
  const [of] = counted(call, 1) as [Value];
  if (!isNumber(of.type)) throw unexpectedArguments(call, "a number");
  if (of.type.kind !== "decimal") return value(double, over(call, "avg", nullable(of)));
  const { scale } = asDecimal(of.type);
  const total = `CAST(${over(call, "sum", nullable(of))}, 'Nullable(Decimal(76, ${scale}))')`;
  const rows = `CAST(nullIf(${over(call, "count", nullable(of))}, 0), 'Nullable(Decimal(76, 0))')`;
  return value(
    of.type,
    `CAST(round(divideDecimal(${total}, ${rows}, ${scale + 1}), ${scale}), 'Nullable(Decimal(38, ${scale}))')`,
  );
}

const extreme =
  (name: "min" | "max"): AggregateRule =>
  (call) => {
    const [of] = counted(call, 1) as [Value];
    refuseNested(call, of);
    return value(of.type, over({ ...call, distinct: false }, name, nullable(of)));
  };

/** The value beside the greatest of the other; also where that value is NULL. */
const extremeBy =
  (name: "argMin" | "argMax"): AggregateRule =>
  (call) => {
    const [of, by] = counted(call, 2) as [Value, Value];
    refuseNested(call, by);
    const known = [call.filter && `ifNull(${call.filter}, 0)`, `isNotNull(${by.sql})`].filter(Boolean).join(" AND ");
    const held = isNested(of.type) ? of.sql : `[${nullable(of)}]`;
    const found = over({ ...call, distinct: false, filter: `(${known})` }, name, held, `assumeNotNull(${by.sql})`);
    return value(of.type, isNested(of.type) ? found : `arrayElement(${found}, 1)`);
  };

/** NULLs are members, too; of no rows it is NULL. */
function arrayAgg(call: AggregateCall): Value {
  const [of] = counted(call, 1) as [Value];
  const type = arrayOf(of.type);
  if (call.distinct && call.order.length > 0)
    throw new QueryRefused("array_agg(DISTINCT … ORDER BY …) is not supported");
  const name = call.distinct ? "groupUniqArray" : "groupArray";
  const members = [of.sql, ...call.order.flatMap(({ value }) => [value.sql])];
  const gathered = over({ ...call, distinct: false }, name, `tuple(${members.join(", ")})`);
  return value(type, `arrayFilter(v -> notEmpty(v), [arrayMap(v -> v.1, ${sorted(gathered, call)})])`);
}

function sorted(gathered: string, call: AggregateCall): string {
  const [first] = call.order;
  if (first === undefined) return gathered;
  if (call.order.some(({ descending }) => descending !== first.descending))
    throw new QueryRefused(`${call.name}: all of ORDER BY must go in one direction`);
  const keys = call.order.flatMap(({ value, descending, nullsFirst }, index) => {
    refuseNested(call, value);
    const nullsHigh = descending === nullsFirst;
    return [`${nullsHigh ? "isNull" : "isNotNull"}(v.${index + 2})`, `v.${index + 2}`];
  });
  return `${first.descending ? "arrayReverseSort" : "arraySort"}(v -> tuple(${keys.join(", ")}), ${gathered})`;
}

function condition(name: string, gives: Type): AggregateRule {
  return (call) => {
    const [of] = counted(call, 1) as [Value];
    const sql = truth(of, `the value of ${call.name}`);
    if (gives === boolean) return value(boolean, over({ ...call, distinct: false }, name, `toNullable(${sql})`));
    const filter = [call.filter && `ifNull(${call.filter}, 0)`, `ifNull(${sql}, 0)`].filter(Boolean).join(" AND ");
    return value(bigint, `toInt64(${over({ ...call, distinct: false, filter: `(${filter})` }, name)})`);
  };
}

function arbitrary(call: AggregateCall): Value {
  const [of] = counted(call, 1) as [Value];
  if (!isNested(of.type)) return value(of.type, over({ ...call, distinct: false }, "any", nullable(of)));
  const filter = [call.filter && `ifNull(${call.filter}, 0)`, `NOT ${isNull(of)}`].filter(Boolean).join(" AND ");
  return value(of.type, over({ ...call, distinct: false, filter: `(${filter})` }, "any", of.sql));
}

function approxDistinct(call: AggregateCall): Value {
  const [of] = counted(call, 1, 2) as [Value];
  return value(bigint, `toInt64(${over({ ...call, distinct: false }, "uniqCombined64(17)", of.sql)})`);
}

const percentileAccuracy = 1000;

function approxPercentile(call: AggregateCall): Value {
  const [of, at] = counted(call, 2) as [Value, Value];
  if (!isNumber(of.type)) throw unexpectedArguments(call, "a number and a share from 0 to 1");
  const held = of.type.kind === "decimal" ? coerced(of, double) : of;
  const level = /^toDecimal128\('(0\.\d+|1\.0+)', \d+\)$/.exec(at.sql)?.[1] ?? /^toInt64\(([01])\)$/.exec(at.sql)?.[1];
  if (level === undefined)
    throw new QueryRefused("approx_percentile: the share must be written as a number from 0 to 1");
  return value(held.type, over(call, `quantileGK(${percentileAccuracy}, ${level})`, nullable(held)));
}

function histogram(call: AggregateCall): Value {
  const [of] = counted(call, 1) as [Value];
  refuseNested(call, of);
  const keys = `if(isNull(${of.sql}), [], [assumeNotNull(${of.sql})])`;
  const sums = over({ ...call, distinct: false }, "sumMap", keys, `if(isNull(${of.sql}), [], [toInt64(1)])`);
  const type = mapOf(of.type, bigint);
  const inner = `arrayZip(v.1, v.2)`;
  return value(type, cast(type, `arrayFilter(v -> notEmpty(v), arrayMap(v -> ${inner}, [${sums}]))`));
}

/** Of equal keys the first one counts. */
function mapAgg(call: AggregateCall): Value {
  const [key, of] = counted(call, 2) as [Value, Value];
  refuseNested(call, key);
  const filter = [call.filter && `ifNull(${call.filter}, 0)`, `isNotNull(${key.sql})`].filter(Boolean).join(" AND ");
  const pairs = over({ ...call, distinct: false, filter: `(${filter})` }, "groupArray", `tuple(${key.sql}, ${of.sql})`);
  const firsts = `arrayFilter((v, n) -> n = 1, v, arrayEnumerateUniq(arrayMap(v -> v.1, v)))`;
  const type = mapOf(key.type, of.type);
  return value(type, cast(type, `arrayFilter(v -> notEmpty(v), arrayMap(v -> ${firsts}, [${pairs}]))`));
}

function cast(type: Type, sql: string): string {
  return type.kind === "map"
    ? `CAST(${sql}, ${quoted(`Array(Array(Tuple(${engine(type.key)}, ${engine(type.value)})))`)})`
    : sql;
}

const statistic =
  (name: string, values: 1 | 2): AggregateRule =>
  (call) => {
    const given = counted(call, values);
    if (!given.every(({ type }) => isNumber(type))) throw unexpectedArguments(call, "numbers");
    return value(double, over(call, name, ...given.map((one) => `toNullable(${coerced(one, double).sql})`)));
  };

const plain: Readonly<Record<string, AggregateRule>> = {
  count,
  sum,
  avg,
  min: extreme("min"),
  max: extreme("max"),
  max_by: extremeBy("argMax"),
  min_by: extremeBy("argMin"),
  count_if: condition("count", bigint),
  bool_and: condition("min", boolean),
  every: condition("min", boolean),
  bool_or: condition("max", boolean),
  arbitrary,
  any_value: arbitrary,
  approx_distinct: approxDistinct,
  approx_percentile: approxPercentile,
  histogram,
  map_agg: mapAgg,
  stddev: statistic("stddevSamp", 1),
  stddev_samp: statistic("stddevSamp", 1),
  stddev_pop: statistic("stddevPop", 1),
  variance: statistic("varSamp", 1),
  var_samp: statistic("varSamp", 1),
  var_pop: statistic("varPop", 1),
  corr: statistic("corr", 2),
  covar_samp: statistic("covarSamp", 2),
  covar_pop: statistic("covarPop", 2),
};

export const aggregateRules: Readonly<Record<string, AggregateRule>> = {
  ...Object.fromEntries(Object.entries(plain).map(([name, rule]) => [name, withoutOrder(rule)])),
  array_agg: arrayAgg,
};
