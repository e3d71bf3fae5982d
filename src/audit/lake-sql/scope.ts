import { QueryRefused } from "./query-refused.js";
import { fieldOf, freshName, spreadRow, type Value, value } from "./value.js";

/** What a name may mean. Names and aliases are compared in lower case. */
export interface ScopeColumn {
  readonly name?: string;
  /** As it was written, for the columns of a result. */
  readonly shown?: string;
  readonly of?: string;
  readonly value: Value;
  /** The other side's column of a join with USING: there by its table's name only. */
  readonly qualifiedOnly?: boolean;
}

export interface Scope {
  readonly columns: readonly ScopeColumn[];
  readonly outer?: Scope;
  /** Of the query around a query in an expression: its names are known, but may not be used. */
  readonly beyond?: Scope;
}

/** Finds what `a.b.c` means: a column of a table, or a column, and then fields of rows. */
export function resolve(path: readonly string[], scope: Scope | undefined): Value {
  const names = path.map((name) => name.toLowerCase());
  for (let current = scope; current; current = current.outer) {
    const qualified = current.columns.filter(({ of, name }) => of === names[0] && name === names[1]);
    if (names.length > 1 && qualified.length > 0) return fields(only(qualified, path), names.slice(2), path);
    const plain = current.columns.filter(({ name, qualifiedOnly }) => name === names[0] && !qualifiedOnly);
    if (plain.length > 0) return fields(only(plain, path), names.slice(1), path);
  }
  for (let current = scope; current; current = current.outer)
    if (current.beyond) throw ofQueryAround(path, current.beyond);
  throw new QueryRefused(`Column '${path.join(".")}' cannot be resolved`);
}

/** The engine answers some such queries with NULL where the answer is 0, and others not at all. */
function ofQueryAround(path: readonly string[], around: Scope): QueryRefused {
  resolve(path, around);
  return new QueryRefused(
    `Column '${path.join(".")}' is of the query around this one, which is not supported; use a join`,
  );
}

export function isKnown(name: string, scope: Scope): boolean {
  return scope.columns.some((column) => column.name === name.toLowerCase() && !column.qualifiedOnly);
}

function only(found: readonly ScopeColumn[], path: readonly string[]): Value {
  if (found.length > 1) throw new QueryRefused(`Column '${path.join(".")}' is ambiguous`);
  return found[0]!.value;
}

function fields(of: Value, names: readonly string[], path: readonly string[]): Value {
  return names.reduce((row, name) => {
    const field = fieldOf(row, name);
    if (field === undefined) throw new QueryRefused(`Column '${path.join(".")}' cannot be resolved`);
    return field;
  }, of);
}

/** Rows from which columns can be taken by expressions. */
export interface Rows {
  readonly columns: readonly ScopeColumn[];
  /** One SELECT with these expressions. */
  render(select: readonly string[]): string;
}

/** What stands in FROM. Its SQL is asked for last, when it is known which columns are used. */
export interface Source {
  readonly columns: readonly ScopeColumn[];
  render(): string;
}

/** Rows in parentheses with a name: of their columns those that are used get a name each, and the others are not read. */
export class Subselect implements Source {
  readonly columns: readonly ScopeColumn[];
  readonly #rows: Rows;
  readonly #names = new Map<string, string>();

  constructor(rows: (demand: (sql: string) => string) => Rows) {
    const inner = rows((sql) => this.#demand(sql));
    this.#rows = inner;
    this.columns = inner.columns;
  }

  static of(rows: Rows): Subselect {
    return new Subselect((demand) => ({
      columns: rows.columns.map((column) => ({ ...column, of: undefined, value: named(column.value, demand) })),
      render: (select) => rows.render(select),
    }));
  }

  #demand(sql: string): string {
    const known = this.#names.get(sql) ?? freshName("c");
    this.#names.set(sql, known);
    return known;
  }

  render(): string {
    const select = [...this.#names].map(([sql, name]) => `${sql} AS ${name}`);
    if (select.length === 0) select.push(`1 AS ${freshName("c")}`);
    return `(${this.#rows.render(select)}) AS ${freshName("t")}`;
  }
}

export function named(of: Value, demand: (sql: string) => string): Value {
  const { parts } = of;
  if (parts && of.type.kind === "row") {
    const known = new Map<number, Value>();
    const field = (index: number): Value => {
      const made = known.get(index) ?? named(parts.field(index), demand);
      known.set(index, made);
      return made;
    };
    // Where an outer join found no row, even this is NULL.
    return spreadRow(of.type.fields, { field, isNull: () => `ifNull(${demand(parts.isNull())}, 1)` }, true);
  }
  const { entry, members } = of;
  return {
    ...value(of.type, ""),
    ofRow: true,
    ...(entry && { entry: (key: string) => named(entry(key), demand) }),
    ...(members && { members: (index: number) => demand(members(index)) }),
    get sql() {
      return demand(of.sql);
    },
  };
}
