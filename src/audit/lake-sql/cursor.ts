import type { QueryRefused } from "./query-refused.js";
import { refusedAt, type Token, tokensOf } from "./tokens.js";

/** Parentheses, subqueries and operators within each other. */
const depthMax = 100;

/** Words that Trino keeps: none of them names anything without quotes. */
const reserved = new Set(
  `alter and as between by case cast constraint create cross cube current_date current_time current_timestamp deallocate
  delete describe distinct drop else end escape except execute exists extract false for from full group grouping having in
  inner insert intersect into is join left like localtime localtimestamp natural normalize not null on or order outer
  prepare recursive right rollup select table then trim true try_cast uescape union unnest using values when where
  with`.split(/\s+/),
);

/** Words that may follow a table or a column, so they are no alias there unless AS says so. */
const following = new Set([
  "limit",
  "offset",
  "fetch",
  "window",
  "tablesample",
  "match_recognize",
  "settings",
  "format",
]);

/** Reads tokens from the first to the last, and says what it expected where. */
export abstract class Cursor {
  readonly #statement: string;
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(statement: string) {
    this.#statement = statement;
    this.#tokens = tokensOf(statement);
  }

  protected get at(): number {
    return this.peek().at;
  }

  protected peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  protected next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#index++;
    return token;
  }

  protected isWord(word: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "word" && text.toLowerCase() === word;
  }

  protected isSymbol(symbol: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "symbol" && text === symbol;
  }

  /** Goes past these words if they are next, all of them. */
  protected skipWords(...words: string[]): boolean {
    if (!words.every((word, ahead) => this.isWord(word, ahead))) return false;
    this.#index += words.length;
    return true;
  }

  /** Whether the first words come next; the second ones say the same as none. */
  protected either(words: readonly string[], others: readonly string[]): boolean {
    if (this.skipWords(...words)) return true;
    this.skipWords(...others);
    return false;
  }

  protected skipSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#index++;
    return true;
  }

  protected expectWord(word: string): void {
    if (!this.skipWords(word)) throw this.unexpected(word.toUpperCase());
  }

  protected expectSymbol(symbol: string): void {
    if (!this.skipSymbol(symbol)) throw this.unexpected(`'${symbol}'`);
  }

  protected isName(ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "quoted" || (kind === "word" && !reserved.has(text.toLowerCase()));
  }

  /** A name as it was written; case does not matter where it is looked up. */
  protected name(what = "a name"): string {
    if (!this.isName()) throw this.unexpected(what);
    const { text } = this.next();
    if (text === "") throw this.refused("a quoted name is empty");
    return text;
  }

  protected alias(): string | undefined {
    if (this.skipWords("as")) return this.name("an alias");
    if (!this.isName()) return undefined;
    const { kind, text } = this.peek();
    return kind === "word" && following.has(text.toLowerCase()) ? undefined : this.name();
  }

  protected wholeNumber(): number {
    const { kind, text } = this.peek();
    if (kind !== "number" || !/^\d{1,15}$/.test(text)) throw this.unexpected("a whole number");
    this.next();
    return Number(text);
  }

  protected list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.skipSymbol(",")) items.push(item());
    return items;
  }

  protected parenthesised<Item>(inner: () => Item): Item {
    this.expectSymbol("(");
    const item = inner();
    this.expectSymbol(")");
    return item;
  }

  protected deeper<Item>(inner: () => Item): Item {
    if (++this.#depth > depthMax) throw this.refused(`the query is nested more than ${depthMax} deep`);
    const item = inner();
    this.#depth--;
    return item;
  }

  protected unexpected(expected: string): QueryRefused {
    const { kind, text } = this.peek();
    const found = kind === "end" ? "the end of the query" : kind === "string" ? `'${text}'` : text;
    return this.refused(`mismatched input ${clipped(found)}. Expecting: ${expected}`);
  }

  protected refused(problem: string, at = this.at): QueryRefused {
    return refusedAt(this.#statement, at, problem);
  }
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
