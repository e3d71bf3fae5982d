import { compile, type Surroundings } from "./compile-expression.js";
import { commonTable, compileQuery, renamed, surroundings, type Visible } from "./compile-query.js";
import { compared, truth } from "./operators.js";
import { QueryRefused } from "./query-refused.js";
import { type Scope, type ScopeColumn, type Source, Subselect } from "./scope.js";
import type { Expression, FromItem } from "./tree.js";
import { unnested } from "./unnest.js";
import { coerced, freshName, type Value, value } from "./value.js";

type Join = FromItem & { kind: "join" };

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
