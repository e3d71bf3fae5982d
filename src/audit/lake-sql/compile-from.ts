import { compile, type Surroundings } from "./compile-expression.js";
import { commonTable, compileQuery, renamed, surroundings, type Visible } from "./compile-query.js";
import { compared, truth } from "./operators.js";
import { QueryRefused } from "./query-refused.js";
import { named, type Scope, type ScopeColumn, type Source, Subselect } from "./scope.js";
import type { Expression, FromItem } from "./tree.js";
import { bigint, engineType, nameOf, type Type } from "./types.js";
import { asMap, coerced, fieldAt, freshName, nullOf, quoted, type Value, value } from "./value.js";

type Join = FromItem & { kind: "join" };
type Unnest = FromItem & { kind: "unnest" };

export function compileFrom(item: FromItem, visible: Visible): Source {
  switch (item.kind) {
    case "table":
      return aliased(commonTable(item.name, visible) ?? visible.store(item.name), item.name);
    case "subquery":
      return Subselect.of(compileQuery(item.query, visible));
    case "unnest":
      return unnested(undefined, item, undefined, undefined, false, visible);
    case "alias":
      if (item.of.kind === "unnest") return unnested(undefined, item.of, item.alias, item.columns, false, visible);
      return aliased(renamed(compileFrom(item.of, visible), item.columns, item.alias), item.alias);
    case "join":
      return joined(item, visible);
  }
}

function aliased(source: Source, alias: string): Source {
  const of = alias.toLowerCase();
  return { columns: source.columns.map((column) => ({ ...column, of })), render: () => source.render() };
}

function joined(item: Join, visible: Visible): Source {
  const left = compileFrom(item.left, visible);
  const unnest = item.right.kind === "alias" ? item.right.of : item.right;
  if (unnest.kind === "unnest") {
    const isTrue = item.on?.kind === "boolean" && item.on.value;
    if (item.join !== "cross" && !((item.join === "left" || item.join === "inner") && isTrue))
      throw new QueryRefused("UNNEST is joined by CROSS JOIN, or by LEFT JOIN … ON TRUE");
    const { alias, columns } = item.right.kind === "alias" ? item.right : { alias: undefined, columns: undefined };
    return unnested(left, unnest, alias, columns, item.join === "left", visible);
  }
  const right = compileFrom(item.right, visible);
  const both: Scope = { columns: [...left.columns, ...right.columns], beyond: visible.beyond };
  refuseSameName(left, right);
  if (item.using) return joinedUsing(item, left, right, item.using);
  const around: Surroundings = surroundings("FROM", both, visible);
  const on = item.on && condition(item, item.on, around, left, right);
  return { columns: both.columns, render: () => joinSql(item, left, right, on) };
}

function refuseSameName(left: Source, right: Source): void {
  const names = new Set(left.columns.map(({ of }) => of));
  const twice = right.columns.find(({ of }) => of !== undefined && names.has(of));
  if (twice) throw new QueryRefused(`Table '${twice.of}' is there twice; give each an alias`);
}

/** The engine joins by equality; what an outer join asks for beside it is only possible together with one. */
function condition(item: Join, on: Expression, around: Surroundings, left: Source, right: Source): string {
  if (item.join !== "inner" && !equalities(on).some((one) => isBetween(one, around, left, right)))
    throw new QueryRefused(`${item.join.toUpperCase()} JOIN needs an equality of a column of each side in ON`);
  return truth(compile(on, around), "ON");
}

function equalities(on: Expression): (Expression & { kind: "binary" })[] {
  if (on.kind !== "binary") return [];
  if (on.operator === "and") return [...equalities(on.left), ...equalities(on.right)];
  return on.operator === "=" ? [on] : [];
}

function isBetween(
  equality: Expression & { kind: "binary" },
  around: Surroundings,
  left: Source,
  right: Source,
): boolean {
  const fits = (one: Expression, source: Source) => {
    try {
      return compile(one, { ...around, scope: { columns: source.columns } }).ofRow;
    } catch (error) {
      if (error instanceof QueryRefused) return false;
      throw error;
    }
  };
  const { left: a, right: b } = equality;
  return (fits(a, left) && fits(b, right)) || (fits(a, right) && fits(b, left));
}

function joinedUsing(item: Join, left: Source, right: Source, names: readonly string[]): Source {
  const pairs = names.map((name) => [columnOf(left, name), columnOf(right, name)] as const);
  const merged = pairs.map(
    ([a, b]): ScopeColumn => ({ ...a, of: undefined, value: mergedValue(item, a.value, b.value) }),
  );
  const others = (source: Source, side: 0 | 1) =>
    source.columns.map((column) =>
      pairs.some((pair) => pair[side] === column) ? { ...column, qualifiedOnly: true } : column,
    );
  const on = pairs.map(([a, b]) => compared("=", a.value, b.value).sql).join(" AND ");
  return {
    columns: [...merged, ...others(left, 0), ...others(right, 1)],
    render: () => joinSql(item, left, right, on),
  };
}

function columnOf(source: Source, name: string): ScopeColumn {
  const found = source.columns.filter((column) => column.name === name.toLowerCase() && !column.qualifiedOnly);
  if (found.length !== 1) throw new QueryRefused(`Column '${name}' of USING is missing or ambiguous`);
  return found[0]!;
}

function mergedValue({ join }: Join, a: Value, b: Value): Value {
  if (join === "right") return b;
  return join === "full" ? value(a.type, `coalesce(${a.sql}, ${coerced(b, a.type).sql})`, a, b) : a;
}

function joinSql({ join, right: item }: Join, left: Source, right: Source, on: string | undefined): string {
  const side = right.render();
  // A join within the right side is a table of its own.
  const nested = item.kind === "join" || (item.kind === "alias" && item.of.kind === "join");
  const table = nested ? `(SELECT * FROM ${side}) AS ${freshName("t")}` : side;
  if (join === "cross") return `${left.render()} CROSS JOIN ${table}`;
  return `${left.render()} ${join.toUpperCase()} JOIN ${table} ON ${on}`;
}

/** A row for each member of an array, beside the row it is from. The shorter of several arrays are filled up with NULL. */
function unnested(
  left: Source | undefined,
  item: Unnest,
  alias: string | undefined,
  names: readonly string[] | undefined,
  keepEmpty: boolean,
  visible: Visible,
): Source {
  const scope: Scope = { columns: left?.columns ?? [], beyond: visible.beyond };
  const around: Surroundings = surroundings("FROM", scope, visible);
  const arrays = item.values.map((expression) => memberList(compile(expression, around)));
  const place = freshName("c");
  const of = alias?.toLowerCase();
  const zipped = freshName("c");
  const members = arrays.flatMap(({ type }, index) =>
    columnsOfMember(type, `tupleElement(${zipped}, ${index + 1})`, names, arrays.length + (item.ordinality ? 1 : 0)),
  );
  if (item.ordinality)
    members.push({ name: "ordinality", value: { ...value(bigint, `toInt64(${place})`), ofRow: true } });
  if (names && names.length !== members.length)
    throw new QueryRefused(
      `Column alias list has ${names.length} entries but '${alias}' has ${members.length} columns`,
    );
  const columns = members.map((column, index): ScopeColumn => {
    const shown = names?.[index] ?? column.name;
    return { ...column, name: shown?.toLowerCase(), shown, of };
  });
  return new Subselect((demand) => {
    const passed = (column: ScopeColumn): ScopeColumn => ({ ...column, value: named(column.value, demand) });
    return {
      columns: [...(left?.columns ?? []).map(passed), ...columns.map(passed)],
      render: (select) => {
        const from = left?.render() ?? `(SELECT 1 AS ${freshName("c")}) AS ${freshName("t")}`;
        return `SELECT ${select.join(", ")} FROM ${from} ${keepEmpty ? "LEFT " : ""}ARRAY JOIN ${zippedLists(arrays)} AS ${zipped}, arrayEnumerate(${zippedLists(arrays)}) AS ${place}`;
      },
    };
  });
}

/** The SQL of a list without the option around it, and the type of its members. */
function memberList(of: Value): { readonly sql: string; readonly type: Type } {
  const list = asMap(of);
  const { type } = list;
  if (type.kind === "array") return { sql: `arrayElement(${list.sql}, 1)`, type: type.of };
  if (type.kind === "map") {
    const entry: Type = {
      kind: "row",
      fields: [
        { name: "key", type: type.key },
        { name: "value", type: type.value },
      ],
    };
    return { sql: `arrayMap(v -> [v], arrayElement(${list.sql}, 1))`, type: entry };
  }
  throw new QueryRefused(`Cannot unnest type: ${nameOf(type)}`);
}

function zippedLists(lists: readonly { readonly sql: string; readonly type: Type }[]): string {
  if (lists.length === 1) return `arrayMap(v -> tuple(v), ${lists[0]!.sql})`;
  const longest = `greatest(${lists.map(({ sql }) => `length(${sql})`).join(", ")})`;
  const filled = lists.map(
    ({ sql, type }) => `arrayResize(${sql}, ${longest}, CAST(${nullOf(type).sql}, ${quoted(engineType(type))}))`,
  );
  return `arrayZip(${filled.join(", ")})`;
}

/** A row gives a column for each field, unless one name stands for the whole of it. */
function columnsOfMember(
  type: Type,
  sql: string,
  names: readonly string[] | undefined,
  columns: number,
): ScopeColumn[] {
  const member: Value = { ...value(type, sql), ofRow: true };
  if (type.kind !== "row" || names?.length === columns) return [{ value: member }];
  return type.fields.map(({ name }, index) => ({ name, value: fieldAt(member, index) }));
}
