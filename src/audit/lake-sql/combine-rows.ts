import { castTo } from "./casts.js";
import { QueryRefused } from "./query-refused.js";
import type { Rows } from "./scope.js";
import { commonType, type Field, nameOf, type Type, unknown } from "./types.js";
import { coerced, fieldAt, freshName, spreadRow, type Value } from "./value.js";

type SetOperator = "UNION ALL" | "UNION DISTINCT" | "EXCEPT DISTINCT" | "INTERSECT DISTINCT";

/** The rows of several queries as one; the names are those of the first. */
export function combined(sides: readonly Rows[], operator: SetOperator): Rows {
  const [first] = sides;
  if (first === undefined || sides.some(({ columns }) => columns.length !== first.columns.length))
    throw new QueryRefused(`${operator.split(" ")[0]}: the queries have different numbers of columns`);
  const names: string[] = [];
  const selected = sides.map((): string[] => []);
  const known = new Map<string, string>();
  const leaf = (expressions: readonly string[]): string => {
    const key = expressions.join("\n");
    const name = known.get(key) ?? freshName("c");
    if (!known.has(key)) {
      known.set(key, name);
      names.push(name);
      for (const [side, expression] of expressions.entries()) selected[side]!.push(`${expression} AS ${name}`);
    }
    return name;
  };
  const lazily = operator === "UNION ALL";
  const columns = first.columns.map((column, index) => {
    const values = sides.map(({ columns }) => columns[index]!.value);
    return { ...column, of: undefined, value: lazily ? together(values, leaf) : whole(values, leaf) };
  });
  return {
    columns,
    render: (select) => {
      if (names.length === 0) leaf(sides.map(() => "1"));
      const queries = sides.map((side, index) => `(${side.render(selected[index]!)})`);
      return `SELECT ${select.join(", ")} FROM (${queries.join(` ${operator} `)}) AS ${freshName("t")}`;
    },
  };
}

type Leaf = (expressions: readonly string[]) => string;

/** A column that is read only if it is used, and of a row only the fields that are. */
function together(values: readonly Value[], leaf: Leaf): Value {
  const type = common(values);
  if (type.kind === "row" && values.every(({ parts }) => parts !== undefined)) {
    const fields = new Map<number, Value>();
    const field = (index: number): Value => {
      const made =
        fields.get(index) ??
        together(
          values.map((one) => fieldAt(one, index)),
          leaf,
        );
      fields.set(index, made);
      return made;
    };
    const isNull = () => leaf(values.map(({ parts }) => parts!.isNull()));
    const names = type.fields.map(
      ({ name }, index): Field => ({ name: fieldName(values, index) ?? name, type: type.fields[index]!.type }),
    );
    return spreadRow(names, { field, isNull }, true);
  }
  return {
    type,
    ofRow: true,
    get sql() {
      return leaf(values.map((one) => coerced(one, type).sql));
    },
  };
}

function fieldName(values: readonly Value[], index: number): string | undefined {
  const { type } = values[0]!;
  return type.kind === "row" ? type.fields[index]!.name : undefined;
}

/** Sets are compared by all of their columns, in exactly the same types. */
function whole(values: readonly Value[], leaf: Leaf): Value {
  const type = common(values);
  const sql = leaf(values.map((one) => castTo(coerced(materialised(one), type), type, false, true).sql));
  return { type, ofRow: true, sql };
}

/** A row as one value, put together. */
export function materialised(of: Value): Value {
  return of.parts ? { type: of.type, sql: of.sql, ofRow: of.ofRow } : of;
}

function common(values: readonly Value[]): Type {
  return values.reduce((type: Type, one) => {
    const next = commonType(type, one.type);
    if (next === undefined)
      throw new QueryRefused(`column types do not match: ${nameOf(type)} and ${nameOf(one.type)}`);
    return next;
  }, unknown);
}
