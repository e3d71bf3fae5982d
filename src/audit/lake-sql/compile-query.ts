import { combined, materialised } from "./combine-rows.js";
import {
  comparable,
  compile,
  type Group,
  type InnerQuery,
  type Statement,
  type Surroundings,
} from "./compile-expression.js";
import { compileFrom } from "./compile-from.js";
import { containsAggregate } from "./contains-aggregate.js";
import { sortKey } from "./functions/windows.js";
import { truth } from "./operators.js";
import { QueryRefused } from "./query-refused.js";
import { isKnown, type Rows, type Scope, type ScopeColumn, type Source, Subselect } from "./scope.js";
import type { Body, CommonTable, Expression, Query, Select, SelectItem, SortItem, Window } from "./tree.js";
import { fieldAt, freshName, type Parts, type Value } from "./value.js";

/** What a query can see beside its own tables. */
export interface Visible {
  readonly statement: Statement;
  readonly tables: ReadonlyMap<string, VisibleTable>;
  /** Queries in expressions that were compiled. */
  readonly inner: WeakMap<Query, InnerQuery>;
  /** Columns of the query around, if this is one in an expression. */
  readonly beyond?: Scope;
  store(id: string): Source;
}

interface VisibleTable {
  readonly table: CommonTable;
  readonly visible: Visible;
}

export function compileQuery(query: Query, around: Visible): Rows {
  let visible = around;
  for (const table of query.with) {
    const tables = new Map(visible.tables);
    if (query.with.find(({ name }) => name.toLowerCase() === table.name.toLowerCase()) !== table)
      throw new QueryRefused(`WITH query name '${table.name}' specified more than once`);
    tables.set(table.name.toLowerCase(), { table, visible });
    visible = { ...visible, tables };
  }
  const { body } = query;
  if (body.kind === "select") return compileSelect(body, query, visible);
  const rows = compileBody(body, visible);
  return isPlain(query) ? rows : ordered(Subselect.of(rows), query, visible);
}

/** A query in an expression. It is written once: where the same one stands twice, as in a key of a group, it is the same. */
function innerQuery(query: Query, beyond: Scope, visible: Visible): InnerQuery {
  const rows = compileQuery(query, { ...visible, beyond });
  const known = new Map<string, string>();
  const render = (select: readonly string[]): string => {
    const key = select.join();
    const sql = known.get(key) ?? rows.render(select);
    known.set(key, sql);
    return sql;
  };
  return { columns: rows.columns.map(({ value }) => value), name: freshName("c"), render };
}

/** The rows of a common table, compiled for each place where it is used: there only what is used is read. */
export function commonTable(name: string, visible: Visible): Source | undefined {
  const known = visible.tables.get(name.toLowerCase());
  if (known === undefined) return undefined;
  return renamed(
    Subselect.of(compileQuery(known.table.query, { ...known.visible, inner: new WeakMap() })),
    known.table.columns,
    known.table.name,
  );
}

export function renamed(source: Source, names: readonly string[] | undefined, of: string): Source {
  if (names === undefined) return source;
  const { columns } = source;
  if (names.length !== columns.length)
    throw new QueryRefused(`Column alias list has ${names.length} entries but '${of}' has ${columns.length} columns`);
  return {
    columns: columns.map((column, index) => ({ ...column, name: names[index]!.toLowerCase(), shown: names[index]! })),
    render: () => source.render(),
  };
}

function isPlain({ orderBy, limit, offset }: Query): boolean {
  return orderBy.length === 0 && limit === undefined && offset === undefined;
}

function ordered(source: Subselect, query: Query, visible: Visible): Rows {
  const scope = { columns: source.columns, beyond: visible.beyond };
  const order = sortKeys(query.orderBy, source.columns, surroundings("SELECT", scope, visible));
  return {
    columns: source.columns,
    render: (select) => `SELECT ${select.join(", ")} FROM ${source.render()}${tail(order, query)}`,
  };
}

function tail(order: readonly string[], { limit, offset }: Query): string {
  const by = order.length > 0 ? ` ORDER BY ${order.join(", ")}` : "";
  const most = limit === undefined ? "" : ` LIMIT ${limit}`;
  return `${by}${most}${offset === undefined ? "" : ` OFFSET ${offset}`}`;
}

export function surroundings(place: Surroundings["place"], scope: Scope, visible: Visible): Surroundings {
  const inner = (query: Query, beyond: Scope): InnerQuery => {
    const known = visible.inner.get(query) ?? innerQuery(query, beyond, visible);
    visible.inner.set(query, known);
    return known;
  };
  return { scope, place, inner, statement: visible.statement, windows: new Map() };
}

function compileSelect(select: Select, query: Query, visible: Visible): Rows {
  const source = select.from && compileFrom(select.from, visible);
  const scope: Scope = { columns: source?.columns ?? [], beyond: visible.beyond };
  const where = select.where && truth(compile(select.where, surroundings("WHERE", scope, visible)), "WHERE");
  const windows = new Map<string, Window>();
  for (const { name, window } of select.windows) windows.set(name.toLowerCase(), window);

  const keys = groupKeys(select, surroundings("GROUP BY", scope, visible));
  const isGrouped = keys !== undefined || select.having !== undefined || hasAggregate(select, query);
  const group = isGrouped ? groupOf(keys ?? []) : undefined;
  const around: Surroundings = { ...surroundings("SELECT", scope, visible), group, windows };
  const columns = select.items.flatMap((item) => itemColumns(item, scope, around));
  if (group) for (const column of columns) refuseOfRow(column.value, column.shown);
  const having = select.having && compile(select.having, around);
  if (having) refuseOfRow(having, "HAVING");
  if (!select.distinct) {
    const order = sortKeys(query.orderBy, columns, around);
    return { columns, render: (select) => rendered(select) + tail(order, query) };
  }
  // Each of its columns takes part in DISTINCT, whether it is used or not.
  const whole = columns.map((column) => ({ ...column, value: materialised(column.value) }));
  const names = whole.map(() => freshName("c"));
  const distinct = new Subselect(() => ({
    columns: whole.map((column, index) => ({
      ...column,
      of: undefined,
      value: { ...column.value, sql: names[index]!, ofRow: true },
    })),
    render: () =>
      rendered(
        whole.map(({ value }, index) => `${value.sql} AS ${names[index]!}`),
        "DISTINCT ",
      ),
  }));
  return ordered(distinct, query, visible);

  function rendered(select: readonly string[], distinct = ""): string {
    const from = source ? ` FROM ${source.render()}` : "";
    const by = keys && keys.length > 0 ? ` GROUP BY ${keys.flatMap(keySql).join(", ")}` : "";
    return `SELECT ${distinct}${select.join(", ")}${from}${where ? ` WHERE ${where}` : ""}${by}${having ? ` HAVING ${truth(having, "HAVING")}` : ""}`;
  }
}

function itemColumns(item: SelectItem, scope: Scope, around: Surroundings): ScopeColumn[] {
  if (item.kind === "star") {
    const of = item.of?.toLowerCase();
    const columns = scope.columns.filter((column) => (of === undefined ? !column.qualifiedOnly : column.of === of));
    if (columns.length === 0)
      throw new QueryRefused(of === undefined ? "SELECT * needs FROM" : `Table '${item.of}' not found`);
    return columns.map((column) => ({ ...column, of: undefined, qualifiedOnly: false }));
  }
  const shown = item.alias ?? lastName(item.value);
  return [{ name: shown?.toLowerCase(), shown, value: compile(item.value, around) }];
}

function lastName(expression: Expression): string | undefined {
  return expression.kind === "name" || expression.kind === "field" ? expression.name : undefined;
}

/** Of a GROUP BY: places and aliases of the SELECT list, or expressions. */
function groupKeys(select: Select, around: Surroundings): readonly Value[] | undefined {
  const aliases = new Map(
    select.items.flatMap((item) =>
      item.kind === "expression" && item.alias ? [[item.alias.toLowerCase(), item.value]] : [],
    ),
  );
  return select.groupBy?.[0]?.map((key) => {
    const place = ordinal(key);
    if (place !== undefined) {
      const item = select.items[place - 1];
      if (item?.kind !== "expression") throw new QueryRefused(`GROUP BY position ${place} is not in select list`);
      return compile(item.value, around);
    }
    const alias =
      key.kind === "name" && !isKnown(key.name, around.scope) ? aliases.get(key.name.toLowerCase()) : undefined;
    return compile(alias ?? key, around);
  });
}

function ordinal(expression: Expression): number | undefined {
  return expression.kind === "number" && /^\d+$/.test(expression.text) ? Number(expression.text) : undefined;
}

/** A row is grouped by each of its fields. */
function keySql(key: Value): string[] {
  return key.parts ? [key.parts.isNull(), ...fieldsOf(key).flatMap(keySql)] : [key.sql];
}

function fieldsOf(row: Value): Value[] {
  return row.type.kind === "row" ? row.type.fields.map((_, index) => fieldAt(row, index)) : [];
}

function groupOf(keys: readonly Value[]): Group {
  const rows = new Set<Parts>();
  const add = (key: Value): void => {
    if (!key.parts) return;
    rows.add(key.parts);
    for (const field of fieldsOf(key)) add(field);
  };
  for (const key of keys) add(key);
  return { keys: new Map(keys.flatMap(keySql).map((sql) => [comparable(sql), sql])), rows };
}

function refuseOfRow(of: Value, name: string | undefined): void {
  if (of.ofRow)
    throw new QueryRefused(`'${name ?? "an expression"}' must be an aggregate expression or appear in GROUP BY clause`);
}

function sortKeys(items: readonly SortItem[], columns: readonly ScopeColumn[], around: Surroundings): string[] {
  return items.map(({ value, descending, nullsFirst }) => {
    const key = sortValue(value, columns, around);
    if (around.group) refuseOfRow(key, "an expression in ORDER BY");
    return sortKey({ key, descending, nullsFirst });
  });
}

function sortValue(expression: Expression, columns: readonly ScopeColumn[], around: Surroundings): Value {
  const place = ordinal(expression);
  if (place !== undefined) {
    const column = columns[place - 1];
    if (column === undefined) throw new QueryRefused(`ORDER BY position ${place} is not in select list`);
    return column.value;
  }
  // Names of the result come before those of the tables.
  const named = columns.filter(({ name, shown }) => shown !== undefined && name !== undefined);
  return compile(expression, { ...around, scope: { columns: [], outer: withResult(named, around.scope) } });
}

function withResult(named: readonly ScopeColumn[], scope: Scope): Scope {
  const unambiguous = named.filter(({ name }, index) => named.findIndex((other) => other.name === name) === index);
  return { columns: unambiguous.map((column) => ({ ...column, of: undefined })), outer: scope };
}

function hasAggregate(select: Select, query: Query): boolean {
  const within = [...select.items, ...query.orderBy.map(({ value }) => value)];
  return within.some((item) => containsAggregate(item));
}

function compileBody(body: Exclude<Body, Select>, visible: Visible): Rows {
  switch (body.kind) {
    case "nested":
      return compileQuery(body.query, visible);
    case "values":
      return combined(
        body.rows.map((row) => valuesRow(row, visible)),
        "UNION ALL",
      );
    case "set": {
      const sides = [body.left, body.right].map((side) => compileSide(side, visible));
      if (body.operation === "union" && body.all) return combined(sides, "UNION ALL");
      if (body.all) throw new QueryRefused(`${body.operation.toUpperCase()} ALL is not supported`);
      return combined(sides, setOperators[body.operation]);
    }
  }
}

const setOperators = { union: "UNION DISTINCT", except: "EXCEPT DISTINCT", intersect: "INTERSECT DISTINCT" } as const;

function compileSide(side: Body, visible: Visible): Rows {
  const query: Query = { with: [], body: side, orderBy: [], at: side.at };
  return compileQuery(query, visible);
}

function valuesRow(row: readonly Expression[], visible: Visible): Rows {
  const around = surroundings("FROM", { columns: [], beyond: visible.beyond }, visible);
  const columns = row.map((expression) => ({ value: compile(expression, around) }));
  return { columns, render: (select) => `SELECT ${select.join(", ")}` };
}
