import { isNumber, type Operand, type Operator } from "./comparison.js";
import { PatternError } from "./pattern-error.js";

/** Reads a pattern from left to right. Blanks between words mean nothing. */
export class Scanner {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  skipBlanks(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++;
  }

  atEnd(): boolean {
    this.skipBlanks();
    return this.at >= this.text.length;
  }

  /** Takes `word` if it comes next, after blanks. */
  take(word: string): boolean {
    this.skipBlanks();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Takes a keyword in any case, if it comes next and ends there. */
  takeKeyword(keyword: string): boolean {
    this.skipBlanks();
    const end = this.at + keyword.length;
    if (this.text.slice(this.at, end).toUpperCase() !== keyword || /[A-Za-z0-9_]/.test(this.text[end] ?? ""))
      return false;
    this.at = end;
    return true;
  }

  expect(word: string): void {
    if (!this.take(word)) throw this.problem(`'${word}' is missing`);
  }

  /** What a sticky expression matches here, or undefined. */
  match(form: RegExp): string | undefined {
    const sticky = new RegExp(form.source, `${form.flags}y`);
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found === undefined || found === "") return undefined;
    this.at += found.length;
    return found;
  }

  operator(): Operator | undefined {
    this.skipBlanks();
    // `=!` is an older spelling that AWS's guide has used.
    if (this.match(/=!/)) return "!=";
    return this.match(/!=|<=|>=|=|<|>/) as Operator | undefined;
  }

  /** A quoted text, a regular expression between `%`, or a bare word that ends before `stop` characters. */
  operand(stop: string): Operand {
    this.skipBlanks();
    if (this.text[this.at] === '"') return { kind: "text", text: this.quoted() };
    if (this.text[this.at] === "%") return { kind: "regex", source: this.regexSource() };
    const start = this.at;
    while (this.at < this.text.length && !/\s/.test(this.text[this.at]!) && !stop.includes(this.text[this.at]!)) {
      if (this.text.startsWith("&&", this.at) || this.text.startsWith("||", this.at)) break;
      this.at++;
    }
    const text = this.text.slice(start, this.at);
    if (text === "") throw this.problem("a value is missing");
    return { kind: isNumber(text) ? "number" : "text", text };
  }

  /** Within quotes a backslash makes the quote or backslash after it an ordinary character. */
  quoted(): string {
    let text = "";
    for (this.at++; this.at < this.text.length; this.at++) {
      const character = this.text[this.at]!;
      if (character === '"') {
        this.at++;
        return text;
      }
      if (character === "\\" && /["\\]/.test(this.text[this.at + 1] ?? "")) this.at++;
      text += this.text[this.at];
    }
    throw this.problem("a quotation mark is not closed");
  }

  regexSource(): string {
    const end = this.text.indexOf("%", this.at + 1);
    if (end < 0) throw this.problem("'%' is not closed");
    const source = this.text.slice(this.at + 1, end);
    if (source === "") throw this.problem("a regular expression is empty");
    this.at = end + 1;
    return source;
  }

  problem(what: string): PatternError {
    return new PatternError(`Invalid filter pattern at position ${this.at}: ${what}`);
  }
}
