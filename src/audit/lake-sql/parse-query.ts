import { ExpressionParser } from "./parse-expression.js";
import { QueryRefused } from "./query-refused.js";
import type { Body, CommonTable, Expression, FromItem, JoinKind, Query, Select, SelectItem } from "./tree.js";

/** The tree of a statement, which is one SELECT. Source: Trino's grammar, SqlBase.g4, rule `query`. */
export function parseQuery(statement: string): { readonly query: Query; readonly parameterCount: number } {
  const parser = new QueryParser(statement);
  const query = parser.statement();
  refuseDeep(query);
  return { query, parameterCount: parser.parameterCount };
}

/** Of the tree, which is walked by functions that call themselves: `a + b + c` is as deep as it is long. */
const treeDepthMax = 1000;

function refuseDeep(query: Query): void {
  let level: object[] = [query];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > treeDepthMax) throw new QueryRefused("The query is too complex");
    level = level.flatMap((node) => Object.values(node).filter((part) => typeof part === "object" && part !== null));
  }
}

/** Queries or tables side by side. The engine plans each of them. */
const partsMax = 50;

class QueryParser extends ExpressionParser {
  statement(): Query {
    if (!this.startsQuery() && !this.isSymbol("(")) throw this.#notSelect();
    const query = this.query();
    this.skipSymbol(";");
    if (this.peek().kind !== "end") throw this.unexpected("the end of the query");
    return query;
  }

  #notSelect() {
    const { kind, text } = this.peek();
    if (kind === "end") return this.refused("the query is empty");
    return this.refused(`Only SELECT statements are supported, not ${text.slice(0, 60).toUpperCase()}`);
  }

  protected startsQuery(): boolean {
    let ahead = 0;
    while (this.isSymbol("(", ahead)) ahead++;
    return ["select", "with", "values"].some((word) => this.isWord(word, ahead));
  }

  protected query(): Query {
    return this.deeper(() => {
      const { at } = this;
      const withTables = this.skipWords("with") ? this.#commonTables() : [];
      const body = this.#setOperations();
      const orderBy = this.skipWords("order", "by") ? this.list(() => this.sortItem()) : [];
      const offset = this.skipWords("offset") ? this.#rows() : undefined;
      return { with: withTables, body, orderBy, offset, limit: this.#limit(), at };
    });
  }

  #rows(): number {
    const count = this.wholeNumber();
    if (!this.skipWords("rows")) this.skipWords("row");
    return count;
  }

  #limit(): number | undefined {
    if (this.skipWords("limit")) return this.skipWords("all") ? undefined : this.wholeNumber();
    if (!this.skipWords("fetch")) return undefined;
    if (!this.skipWords("first")) this.expectWord("next");
    const count = this.peek().kind === "number" ? this.wholeNumber() : 1;
    if (!this.skipWords("rows")) this.expectWord("row");
    if (this.isWord("with")) throw this.refused("FETCH … WITH TIES is not supported");
    this.expectWord("only");
    return count;
  }

  #commonTables(): CommonTable[] {
    if (this.isWord("recursive")) throw this.refused("WITH RECURSIVE is not supported");
    return this.list(() => {
      const { at } = this;
      const name = this.name();
      const columns = this.isSymbol("(") ? this.parenthesised(() => this.list(() => this.name())) : undefined;
      this.expectWord("as");
      return { name, columns, query: this.parenthesised(() => this.query()), at };
    });
  }

  #setOperations(): Body {
    return this.#setChain(["union", "except"], () => this.#setChain(["intersect"], () => this.#body()));
  }

  #setChain(operations: readonly ("union" | "intersect" | "except")[], operand: () => Body): Body {
    const { at } = this;
    let left = operand();
    for (let length = 0; ; length++) {
      const operation = operations.find((word) => this.skipWords(word));
      if (operation === undefined) return left;
      if (length === partsMax) throw this.refused(`more than ${partsMax} queries in a row`);
      const all = this.either(["all"], ["distinct"]);
      const before = left;
      left = this.deeper(() => ({ kind: "set", operation, all, left: before, right: operand(), at }));
    }
  }

  #body(): Body {
    const { at } = this;
    if (this.isSymbol("(")) return { kind: "nested", query: this.parenthesised(() => this.query()), at };
    if (this.skipWords("values")) return { kind: "values", rows: this.list(() => this.#row()), at };
    if (this.isWord("table")) throw this.refused("TABLE is not supported; use SELECT * FROM");
    return this.#select();
  }

  #row(): readonly Expression[] {
    const value = this.expression();
    return value.kind === "row" ? value.values : [value];
  }

  #select(): Select {
    const { at } = this;
    this.expectWord("select");
    const distinct = this.either(["distinct"], ["all"]);
    const items = this.list(() => this.#item());
    const from = this.skipWords("from") ? this.#from() : undefined;
    const where = this.skipWords("where") ? this.expression() : undefined;
    const groupBy = this.skipWords("group", "by") ? this.#groupBy() : undefined;
    const having = this.skipWords("having") ? this.expression() : undefined;
    const windows = this.skipWords("window")
      ? this.list(() => {
          const name = this.name();
          this.expectWord("as");
          return { name, window: this.windowInParentheses() };
        })
      : [];
    return { kind: "select", distinct, items, from, where, groupBy, having, windows, at };
  }

  #item(): SelectItem {
    const { at } = this;
    if (this.skipSymbol("*")) return { kind: "star", at };
    if (this.isName() && this.isSymbol(".", 1) && this.isSymbol("*", 2)) {
      const of = this.name();
      this.expectSymbol(".");
      this.expectSymbol("*");
      return { kind: "star", of, at };
    }
    const value = this.expression();
    return { kind: "expression", value, alias: this.alias(), at };
  }

  #groupBy(): (readonly Expression[])[] {
    for (const word of ["grouping", "rollup", "cube"])
      if (this.isWord(word)) throw this.refused(`GROUP BY ${word.toUpperCase()} is not supported`);
    return [this.list(() => this.expression())];
  }

  #from(): FromItem {
    const { at } = this;
    let left = this.#joined();
    while (this.skipSymbol(",")) left = { kind: "join", join: "cross", left, right: this.#joined(), at };
    return left;
  }

  #joined(): FromItem {
    const { at } = this;
    let left = this.#aliased();
    for (let length = 0; ; length++) {
      if (this.isWord("natural")) throw this.refused("NATURAL joins are not supported; use USING");
      const join = this.#joinKind();
      if (join === undefined) return left;
      if (length === partsMax) throw this.refused(`more than ${partsMax} joins in a row`);
      const before = left;
      left = this.deeper(() => this.#join(join, before, at));
    }
  }

  #join(join: JoinKind, left: FromItem, at: number): FromItem {
    const right = this.#aliased();
    if (join === "cross") return { kind: "join", join, left, right, at };
    if (this.skipWords("on")) return { kind: "join", join, left, right, on: this.expression(), at };
    if (!this.skipWords("using")) throw this.unexpected("ON, USING");
    return { kind: "join", join, left, right, using: this.parenthesised(() => this.list(() => this.name())), at };
  }

  #joinKind(): JoinKind | undefined {
    if (this.skipWords("cross", "join")) return "cross";
    if (this.skipWords("join") || this.skipWords("inner", "join")) return "inner";
    for (const side of ["left", "right", "full"] as const) {
      if (this.skipWords(side, "join") || this.skipWords(side, "outer", "join")) return side;
    }
    return undefined;
  }

  #aliased(): FromItem {
    const { at } = this;
    const of = this.#fromItem();
    for (const word of ["tablesample", "match_recognize"])
      if (this.isWord(word)) throw this.refused(`${word.toUpperCase()} is not supported`);
    const alias = this.alias();
    if (alias === undefined) return of;
    const columns = this.isSymbol("(") ? this.parenthesised(() => this.list(() => this.name())) : undefined;
    return { kind: "alias", of, alias, columns, at };
  }

  #fromItem(): FromItem {
    const { at } = this;
    if (this.isWord("lateral") || this.isWord("table"))
      throw this.refused(`${this.peek().text.toUpperCase()} is not supported in FROM`);
    if (this.skipWords("unnest")) {
      const values = this.parenthesised(() => this.list(() => this.expression()));
      return { kind: "unnest", values, ordinality: this.skipWords("with", "ordinality"), at };
    }
    if (this.isSymbol("(")) {
      if (this.startsQuery()) return { kind: "subquery", query: this.parenthesised(() => this.query()), at };
      return this.deeper(() => this.parenthesised(() => this.#from()));
    }
    if (this.peek().kind === "store") return { kind: "table", name: this.next().text, at };
    const name = this.name("the id of an event data store");
    if (this.isSymbol(".")) throw this.refused("FROM takes the id of an event data store, without a schema", at);
    if (this.isSymbol("(")) throw this.refused(`table functions are not supported: ${name}`, at);
    return { kind: "table", name, at };
  }
}
