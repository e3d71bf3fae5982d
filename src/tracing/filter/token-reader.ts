import { type FilterProblem, quoted } from "./filter-error.js";
import { Lexer, type Token } from "./lexer.js";

/** Tokens as the grammar wants them, with words for what it wanted instead. */
export class TokenReader {
  readonly lexer: Lexer;

  constructor(text: string) {
    this.lexer = new Lexer(text);
  }

  peek(): Token {
    return this.lexer.peek();
  }

  take(): Token {
    return this.lexer.take();
  }

  isSymbol(symbol: string): boolean {
    const token = this.peek();
    return token.type === "symbol" && token.text === symbol;
  }

  /** Takes the symbol if it is next. */
  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.take();
    return true;
  }

  expectSymbol(symbol: string): Token {
    if (!this.isSymbol(symbol)) this.expected(`'${symbol}'`);
    return this.take();
  }

  expectText(what: string): string {
    if (this.peek().type !== "text") this.expected(`${what} in double quotes`);
    return this.take().text;
  }

  expectEnd(what: string): void {
    if (this.peek().type !== "end") this.expected(what);
  }

  /** The next token if it is a word, in lower case: words are compared without case. */
  peekWord(): string | undefined {
    const token = this.peek();
    return token.type === "word" ? token.text.toLowerCase() : undefined;
  }

  expected(what: string, token = this.peek()): never {
    const found = token.type === "end" ? "The expression ends too early" : `Unexpected ${quoted(token.source)}`;
    return this.fail("syntax", `${found}: ${what} was expected`, token);
  }

  fail(problem: FilterProblem, message: string, { offset }: Token): never {
    return this.lexer.fail(problem, message, offset);
  }
}
