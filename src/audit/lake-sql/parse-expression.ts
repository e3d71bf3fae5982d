import { PartsParser } from "./parse-parts.js";
import type { BinaryOperator, Call, Expression, Query } from "./tree.js";

const comparisons: ReadonlySet<string> = new Set(["=", "<>", "!=", "<", "<=", ">", ">="]);

/** Functions that are written without parentheses. */
const bare = new Set(["current_date", "current_timestamp", "localtimestamp"]);

/** Fields of EXTRACT, which are functions of the same name. */
const extracted: Readonly<Record<string, string>> = { dow: "day_of_week", doy: "day_of_year", yow: "year_of_week" };

/** Expressions of Trino's grammar, weakest operator first. */
export abstract class ExpressionParser extends PartsParser {
  /** Places for values, each a `?` or `'?'`. */
  parameterCount = 0;

  protected abstract query(): Query;
  protected abstract startsQuery(): boolean;

  protected override expression(): Expression {
    return this.deeper(() => this.chain(["or"], () => this.chain(["and"], () => this.#negation())));
  }

  #negation(): Expression {
    const { at } = this;
    if (!this.skipWords("not")) return this.#predicate();
    return { kind: "not", of: this.deeper(() => this.#negation()), at };
  }

  #predicate(): Expression {
    const { at } = this;
    const of = this.#concatenation();
    const { kind, text } = this.peek();
    if (kind === "symbol" && comparisons.has(text)) {
      this.next();
      if (["all", "any", "some"].some((word) => this.isWord(word) && this.isSymbol("(", 1)))
        throw this.refused("comparisons with ALL, ANY and SOME are not supported; use IN, or max() and min()");
      const operator = (text === "!=" ? "<>" : text) as BinaryOperator;
      return { kind: "binary", operator, left: of, right: this.#concatenation(), at };
    }
    if (this.skipWords("is")) {
      const negated = this.skipWords("not");
      if (this.skipWords("null")) return inverted(negated, { kind: "is null", of, at });
      if (!this.skipWords("distinct", "from")) throw this.unexpected("NULL, DISTINCT FROM");
      const operator = negated ? "is not distinct from" : "is distinct from";
      return { kind: "binary", operator, left: of, right: this.#concatenation(), at };
    }
    const negated = this.skipWords("not");
    if (this.skipWords("between")) {
      const low = this.#concatenation();
      this.expectWord("and");
      return inverted(negated, { kind: "between", of, low, high: this.#concatenation(), at });
    }
    if (this.skipWords("in"))
      return inverted(
        negated,
        this.parenthesised(() => this.#membership(of, at)),
      );
    if (this.skipWords("like")) {
      const pattern = this.#concatenation();
      const mark = this.skipWords("escape") ? this.#concatenation() : undefined;
      return inverted(negated, { kind: "like", of, pattern, escape: mark, at });
    }
    if (negated) throw this.unexpected("BETWEEN, IN, LIKE");
    return of;
  }

  #membership(of: Expression, at: number): Expression {
    if (this.startsQuery()) return { kind: "in query", of, query: this.query(), at };
    return { kind: "in list", of, list: this.list(() => this.expression()), at };
  }

  #concatenation(): Expression {
    return this.chain(["||"], () => this.chain(["+", "-"], () => this.chain(["*", "/", "%"], () => this.#signed())));
  }

  #signed(): Expression {
    const { at } = this;
    if (this.skipSymbol("+")) return this.deeper(() => this.#signed());
    if (this.skipSymbol("-")) return { kind: "negate", of: this.deeper(() => this.#signed()), at };
    let of = this.#suffixed();
    while (this.isWord("at") && this.isWord("time", 1)) {
      this.skipWords("at", "time");
      this.expectWord("zone");
      of = { kind: "at time zone", of, zone: this.#suffixed(), at };
    }
    return of;
  }

  #suffixed(): Expression {
    let of = this.#primary();
    for (;;) {
      const { at } = this;
      if (this.skipSymbol("[")) {
        of = { kind: "subscript", of, index: this.expression(), at };
        this.expectSymbol("]");
      } else if (this.skipSymbol(".")) of = { kind: "field", of, name: this.name("the name of a field"), at };
      else return of;
    }
  }

  /** A left-associative row of operators, which are symbols or words. */
  protected chain(operators: readonly string[], operand: () => Expression): Expression {
    const { at } = this;
    let left = operand();
    for (let length = 0; ; length++) {
      const { kind, text } = this.peek();
      const operator = text.toLowerCase();
      if ((kind !== "symbol" && kind !== "word") || !operators.includes(operator)) return left;
      if (length === chainMax) throw this.refused(`more than ${chainMax} operators in a row`);
      this.next();
      left = { kind: "binary", operator: operator as BinaryOperator, left, right: operand(), at };
    }
  }

  #primary(): Expression {
    const { at } = this;
    const { kind, text } = this.peek();
    if (kind === "number") {
      this.next();
      return { kind: "number", text, at };
    }
    if (kind === "string") {
      this.next();
      return { kind: "string", text, index: text === "?" ? this.parameterCount++ : undefined, at };
    }
    if (this.skipSymbol("?")) return { kind: "parameter", index: this.parameterCount++, at };
    if (this.skipSymbol("(")) return this.#inParentheses(at);
    if (kind === "word") return this.#worded(text.toLowerCase(), at);
    if (kind === "quoted") return this.isSymbol("(", 1) ? this.#call(at) : { kind: "name", name: this.name(), at };
    throw this.unexpected("an expression");
  }

  #inParentheses(at: number): Expression {
    const inner: Expression = this.startsQuery()
      ? { kind: "scalar", query: this.query(), at }
      : this.#rowOrOne(this.#isLambda() ? [] : this.list(() => this.expression()), at);
    if (inner.kind === "lambda") return inner;
    this.expectSymbol(")");
    return inner;
  }

  #rowOrOne(values: readonly Expression[], at: number): Expression {
    if (values.length === 0) return this.#lambda(this.#parameterNames(), at);
    return values.length === 1 ? values[0]! : { kind: "row", values, at };
  }

  /** After the `(` of `(a, b) -> …`: names alone, then `)` and an arrow. */
  #isLambda(): boolean {
    let ahead = 0;
    while (this.isName(ahead)) {
      ahead++;
      if (!this.isSymbol(",", ahead)) break;
      ahead++;
    }
    return this.isSymbol(")", ahead) && this.isSymbol("->", ahead + 1);
  }

  #parameterNames(): string[] {
    const names = this.isSymbol(")") ? [] : this.list(() => this.name());
    this.expectSymbol(")");
    return names;
  }

  #lambda(parameters: readonly string[], at: number): Expression {
    this.expectSymbol("->");
    return { kind: "lambda", parameters, body: this.expression(), at };
  }

  #worded(word: string, at: number): Expression {
    if (this.isSymbol("->", 1)) return this.#lambda([this.name()], at);
    if (this.skipWords("null")) return { kind: "null", at };
    if (this.skipWords("true")) return { kind: "boolean", value: true, at };
    if (this.skipWords("false")) return { kind: "boolean", value: false, at };
    if (this.skipWords("case")) return this.#case(at);
    if (this.skipWords("cast")) return this.#cast(false, at);
    if (this.skipWords("try_cast")) return this.#cast(true, at);
    if (this.skipWords("exists")) return { kind: "exists", query: this.parenthesised(() => this.query()), at };
    if (bare.has(word)) {
      this.next();
      if (this.skipSymbol("(")) {
        this.wholeNumber();
        this.expectSymbol(")");
      }
      return plainCall(word, [], at);
    }
    if (word === "interval" && (this.peek(1).kind === "string" || this.isSymbol("-", 1) || this.isSymbol("+", 1)))
      return this.#interval(at);
    if ((word === "date" || word === "timestamp") && this.peek(1).kind === "string") {
      this.next();
      return { kind: "moment", type: word, text: this.next().text, at };
    }
    if (word === "array" && this.isSymbol("[", 1)) return this.#array(at);
    if (word === "extract" && this.isSymbol("(", 1)) return this.#extract(at);
    if (word === "trim" && this.isSymbol("(", 1)) return this.#trim(at);
    if (word === "position" && this.isSymbol("(", 1)) return this.#position(at);
    if (word === "row" && this.isSymbol("(", 1)) {
      this.next();
      return { kind: "row", values: this.parenthesised(() => this.list(() => this.expression())), at };
    }
    if (this.isSymbol("(", 1) && (this.isName() || word === "normalize")) return this.#call(at);
    return { kind: "name", name: this.name("an expression"), at };
  }

  #case(at: number): Expression {
    const of = this.isWord("when") ? undefined : this.expression();
    const branches: { when: Expression; result: Expression }[] = [];
    while (this.skipWords("when")) {
      const when = this.expression();
      this.expectWord("then");
      branches.push({ when, result: this.expression() });
    }
    if (branches.length === 0) throw this.unexpected("WHEN");
    const otherwise = this.skipWords("else") ? this.expression() : undefined;
    this.expectWord("end");
    return { kind: "case", of, branches, otherwise, at };
  }

  #cast(orNull: boolean, at: number): Expression {
    return this.parenthesised(() => {
      const of = this.expression();
      this.expectWord("as");
      return { kind: "cast", of, to: this.typeName(), orNull, at };
    });
  }

  #interval(at: number): Expression {
    this.next();
    const sign = this.#sign();
    if (this.peek().kind !== "string") throw this.unexpected("a quoted number");
    const text = sign + this.next().text;
    const unit = this.name("a unit such as DAY").toLowerCase();
    if (this.isWord("to")) throw this.refused("intervals of two units are not supported");
    return { kind: "interval", text, unit, at };
  }

  #sign(): "-" | "" {
    if (this.skipSymbol("-")) return "-";
    this.skipSymbol("+");
    return "";
  }

  #array(at: number): Expression {
    this.next();
    this.expectSymbol("[");
    const values = this.isSymbol("]") ? [] : this.list(() => this.expression());
    this.expectSymbol("]");
    return { kind: "array", values, at };
  }

  #extract(at: number): Expression {
    this.next();
    return this.parenthesised(() => {
      const field = this.name("a field such as YEAR").toLowerCase();
      this.expectWord("from");
      return plainCall(extracted[field] ?? field, [this.expression()], at);
    });
  }

  #trim(at: number): Expression {
    this.next();
    return this.parenthesised(() => {
      const side = ["leading", "trailing", "both"].find((word) => this.skipWords(word));
      const name = side === "leading" ? "ltrim" : side === "trailing" ? "rtrim" : "trim";
      if (side !== undefined && this.skipWords("from")) return plainCall(name, [this.expression()], at);
      const first = this.expression();
      if (this.skipWords("from")) return plainCall(name, [this.expression(), first], at);
      if (this.skipSymbol(",")) return plainCall(name, [first, this.expression()], at);
      return plainCall(name, [first], at);
    });
  }

  #position(at: number): Expression {
    this.next();
    return this.parenthesised(() => {
      const part = this.#concatenation();
      this.expectWord("in");
      return plainCall("strpos", [this.#concatenation(), part], at);
    });
  }

  #call(at: number): Call {
    const name = this.next().text.toLowerCase();
    this.expectSymbol("(");
    const star = this.skipSymbol("*");
    const distinct = !star && this.skipWords("distinct");
    const none = star || this.isSymbol(")") || this.isWord("order");
    const values = none ? [] : this.list(() => this.expression());
    const orderBy = this.skipWords("order", "by") ? this.list(() => this.sortItem()) : [];
    this.expectSymbol(")");
    if (this.skipWords("within", "group")) throw this.refused(`WITHIN GROUP is not supported`, at);
    const filter = this.skipWords("filter") ? this.parenthesised(() => this.#condition()) : undefined;
    const ignoreNulls = this.either(["ignore", "nulls"], ["respect", "nulls"]);
    const over = this.skipWords("over") ? this.over() : undefined;
    return { kind: "call", name, values, star, distinct, orderBy, filter, ignoreNulls, over, at };
  }

  #condition(): Expression {
    this.expectWord("where");
    return this.expression();
  }
}

/** `a OR b OR …` of a generated query is long, but the tree is as deep as it is long. */
const chainMax = 500;

function inverted(negated: boolean, of: Expression): Expression {
  return negated ? { kind: "not", of, at: of.at } : of;
}

function plainCall(name: string, values: readonly Expression[], at: number): Call {
  return { kind: "call", name, values, star: false, distinct: false, orderBy: [], ignoreNulls: false, at };
}
