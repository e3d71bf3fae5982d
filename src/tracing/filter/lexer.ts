import { FilterError, type FilterProblem, quoted } from "./filter-error.js";
import { expressionLengthMax } from "./limits.js";

export interface Token {
  readonly type: "word" | "text" | "number" | "symbol" | "end";
  /** As it stands in the expression. */
  readonly source: string;
  /** Texts without quotes and escapes, well-formed; words and symbols as they stand. */
  readonly text: string;
  /** Of a number. */
  readonly number: number;
  readonly offset: number;
}

// Sticky, and without a choice to take back: each looks at a character once or twice.
const space = /\s*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y;
const number = /[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const symbol = /!=|<=|>=|[(){}[\],:!=<>#]/y;
const key = /[\p{L}\p{N}_.:/@$-]+/uy;
const wordCharacter = /[A-Za-z0-9_.]/;

/** Keys that need no quotes in brackets. */
export function isBareKey(text: string): boolean {
  key.lastIndex = 0;
  return key.exec(text)?.[0].length === text.length;
}

/** Cuts an expression into tokens, one ahead. It only moves forward. */
export class Lexer {
  readonly text: string;
  /** Tokens cut so far: at most one a character and one for the end. */
  cut = 0;
  #offset = 0;
  #ahead: Token | undefined;

  /** @throws FilterError for an expression that is too long. */
  constructor(text: string) {
    if (text.length > expressionLengthMax)
      throw new FilterError("limit", `A filter expression has at most ${expressionLengthMax} characters`);
    this.text = text;
  }

  /** @throws FilterError for a symbol that is no part of the language. */
  peek(): Token {
    this.#ahead ??= this.#cutToken();
    return this.#ahead;
  }

  take(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    return token;
  }

  /** After an opening bracket: the key of an annotation, which may have characters that words have not. */
  takeKey(): Token {
    this.#skipSpace();
    if (this.text[this.#offset] === '"') return this.take();
    const source = this.#match(key);
    if (source === undefined) return this.take();
    this.cut++;
    return this.#token("text", source, { text: source });
  }

  /** After `#`: the text of a JSON list, as far as its brackets tell. */
  takeJson(): Token {
    this.#skipSpace();
    const start = this.#offset;
    let open = 0;
    let end = start;
    for (; end < this.text.length; end++) {
      const character = this.text[end];
      if (character === '"') end = this.#endOfText(end, /./s) - 1;
      else if (character === "[" || character === "{") open++;
      else if (character === "]" || character === "}") open--;
      if (open <= 0) break;
    }
    if (this.text[start] !== "[") this.fail("syntax", "A list of root causes as JSON was expected: #[{...}]", start);
    if (open > 0) this.fail("syntax", "The JSON that begins here has no end", start);
    this.cut++;
    return this.#token("text", this.text.slice(start, end + 1));
  }

  fail(problem: FilterProblem, message: string, offset: number): never {
    throw new FilterError(problem, message, { text: this.text, offset });
  }

  #cutToken(): Token {
    this.cut++;
    this.#skipSpace();
    const start = this.#offset;
    if (start === this.text.length) return this.#token("end", "");
    if (this.text[start] === '"') return this.#cutText(start);
    const name = this.#match(word);
    if (name !== undefined) return this.#token("word", name);
    const digits = this.#match(number);
    if (digits !== undefined) return this.#cutNumber(digits, start);
    const sign = this.#match(symbol);
    if (sign !== undefined) return this.#token("symbol", sign);
    return this.fail("symbol", symbolMessage(String.fromCodePoint(this.text.codePointAt(start)!)), start);
  }

  #cutText(start: number): Token {
    const source = this.text.slice(start, this.#endOfText(start, /["\\]/));
    const text = source.slice(1, -1).replace(/\\(.)/gsu, "$1").toWellFormed();
    return this.#token("text", source, { text });
  }

  /**
   * @param escaped what may follow a backslash.
   * @returns the offset after the closing quote.
   */
  #endOfText(start: number, escaped: RegExp): number {
    for (let offset = start + 1; offset < this.text.length; offset++) {
      const character = this.text[offset];
      if (character === '"') return offset + 1;
      if (character === "\0") this.fail("symbol", symbolMessage("\\0"), offset); // no store could be asked for it
      if (character === "\\" && !escaped.test(this.text[++offset] ?? "\\"))
        this.fail("syntax", "A backslash stands before a quote or another backslash; write \\\\ for one", offset - 1);
    }
    return this.fail("symbol", "Invalid input symbol '\"': the text that begins here has no closing quote", start);
  }

  #cutNumber(source: string, start: number): Token {
    if (wordCharacter.test(this.text[start + source.length] ?? ""))
      this.fail("symbol", `Invalid input symbol after the number ${quoted(source)}: a space was expected`, start);
    const value = Number(source);
    if (!Number.isFinite(value)) this.fail("limit", `The number ${quoted(source)} is too large`, start);
    return this.#token("number", source, { number: value === 0 ? 0 : value }); // no -0: it could not be printed
  }

  #skipSpace(): void {
    space.lastIndex = this.#offset;
    this.#offset += space.exec(this.text)![0].length;
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#offset;
    return form.exec(this.text)?.[0];
  }

  #token(type: Token["type"], source: string, value: { text?: string; number?: number } = {}): Token {
    const offset = this.#offset;
    this.#offset += source.length;
    return { type, source, text: value.text ?? source, number: value.number ?? Number.NaN, offset };
  }
}

/** `Invalid input symbol` is AWS's text for it, as reported by users. */
function symbolMessage(character: string): string {
  const isQuote = /['`\u2018-\u201f\u00ab\u00bb]/.test(character);
  return `Invalid input symbol ${quoted(character)}${isQuote ? ': texts stand in straight double quotes, "..."' : ""}`;
}
