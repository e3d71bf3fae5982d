import {
  type Comparison,
  causeElements,
  causeKinds,
  comparisons,
  everything,
  type Filter,
  type GroupTerm,
  type RootCauseTerm,
  type Term,
  type Value,
} from "./filter.js";
import { quoted } from "./filter-error.js";
import { type KeywordKind, kindOf, type Place, placeNames, placesOf } from "./keywords.js";
import type { Token } from "./lexer.js";
import { nestingMax, termsMax } from "./limits.js";
import { parseEdgeNodes, parseServiceNode } from "./parse-node.js";
import { RootCauseJsonError, readRootCauseJson } from "./root-cause-json.js";
import { TokenReader } from "./token-reader.js";

/**
 * Reads and checks a filter expression. An empty one means every trace.
 *
 * Grammar and keywords: AWS X-Ray Developer Guide, "Using filter expressions". Where it is silent: AND binds tighter than
 * OR, terms side by side mean AND, words are compared without case and texts with it, `\"` and `\\` are the escapes.
 *
 * @throws FilterError
 */
export function parseFilter(text: string): Filter {
  const reader = new TokenReader(text);
  return reader.peek().type === "end" ? everything : parseTokens(reader);
}

/** For `parseFilter`, and for tests that count the steps. */
export function parseTokens(reader: TokenReader): Filter {
  const filter = new FilterParser(reader).or("trace");
  reader.expectEnd("AND, OR or the end");
  return filter;
}

const equality: readonly Comparison[] = ["=", "!="];
const ordering: readonly Comparison[] = ["<", "<=", ">", ">="];
const parts: readonly Comparison[] = ["CONTAINS", "BEGINSWITH", "ENDSWITH"];

const comparisonsOf: Readonly<Record<KeywordKind, readonly Comparison[]>> = {
  boolean: equality,
  number: [...equality, ...ordering],
  text: [...equality, ...parts],
};

const valuesOf: Readonly<Record<KeywordKind, string>> = {
  boolean: "true or false",
  number: "a number",
  text: "a text in double quotes",
};

/** Words that are no values without quotes: somebody forgot the value. */
const operatorWords = new Set(["and", "or", "contains", "beginswith", "endswith"]);

class FilterParser {
  readonly #reader: TokenReader;
  #depth = 0;
  #terms = 0;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  or(place: Place): Filter {
    const terms = [this.#and(place)];
    while (this.#reader.peekWord() === "or") {
      this.#reader.take();
      terms.push(this.#and(place));
    }
    return terms.length === 1 ? terms[0]! : { kind: "or", terms };
  }

  #and(place: Place): Filter {
    const terms = [this.#not(place)];
    for (;;) {
      if (this.#reader.peekWord() === "and") this.#reader.take();
      else if (!this.#beginsTerm()) break;
      terms.push(this.#not(place));
    }
    return terms.length === 1 ? terms[0]! : { kind: "and", terms };
  }

  #beginsTerm(): boolean {
    const word = this.#reader.peekWord();
    return word === undefined ? this.#reader.isSymbol("!") || this.#reader.isSymbol("(") : word !== "or";
  }

  #not(place: Place): Filter {
    if (this.#reader.isSymbol("!"))
      return { kind: "not", term: this.#nested(this.#reader.take(), () => this.#not(place)) };
    if (!this.#reader.isSymbol("(")) return this.#term(place);
    return this.#nested(this.#reader.take(), () => {
      const inner = this.or(place);
      this.#reader.expectSymbol(")");
      return inner;
    });
  }

  /** All recursion goes through here. */
  #nested(opening: Token, parse: () => Filter): Filter {
    if (++this.#depth > nestingMax)
      this.#reader.fail("limit", `The expression is nested deeper than ${nestingMax} levels`, opening);
    const filter = parse();
    this.#depth--;
    return filter;
  }

  #term(place: Place): Filter {
    const word = this.#reader.peekWord();
    if (word === undefined || operatorWords.has(word)) return this.#reader.expected("a term");
    const token = this.#reader.take();
    this.#count(1, token);
    const annotation = word === "annotation" ? this.#reader.isSymbol("[") : word.startsWith("annotation.");
    const compound = annotation ? this.#annotation(token) : this.#compound(word, token);
    if (compound === undefined) return this.#keyword(word, place, token);
    if (place !== "trace")
      this.#reader.fail("meaning", `${quoted(token.source)} cannot stand ${placeNames[place]}`, token);
    return compound;
  }

  #count(terms: number, token: Token): void {
    this.#terms += terms;
    if (this.#terms > termsMax)
      this.#reader.fail("limit", `An expression has at most ${termsMax} terms (values of rootcause.json count)`, token);
  }

  /** Terms of several parts; undefined for a mere keyword. */
  #compound(word: string, token: Token): Term | undefined {
    switch (word) {
      case "service": {
        const node = parseServiceNode(this.#reader);
        return { kind: "service", node, ...this.#where("service") };
      }
      case "edge": {
        const nodes = parseEdgeNodes(this.#reader);
        return { kind: "edge", ...nodes, ...this.#where("edge") };
      }
      case "group.name":
      case "groupname":
        return this.#group("name");
      case "group.arn":
        return this.#group("arn");
      case "rootcause.json":
        return this.#rootCauseJson(token);
      default:
        return word === "rootcause" || word.startsWith("rootcause.") ? this.#rootCause(word, token) : undefined;
    }
  }

  #where(place: Place): { where?: Filter } {
    if (!this.#reader.isSymbol("{")) return {};
    const where = this.#nested(this.#reader.take(), () => {
      const inner = this.or(place);
      this.#reader.expectSymbol("}");
      return inner;
    });
    return { where };
  }

  #group(by: GroupTerm["by"]): Term {
    const comparison = this.#comparison();
    if (comparison !== "=" && comparison !== "!=") return this.#reader.expected("= or !=");
    this.#reader.take();
    const token = this.#reader.peek();
    const value = this.#value(`the group's ${by} in double quotes`);
    if (typeof value !== "string")
      this.#reader.fail("meaning", `'group.${by}' is compared with ${valuesOf.text}`, token);
    return { kind: "group", by, comparison, value };
  }

  #rootCause(word: string, token: Token): Term {
    const [, of, element, ...more] = word.split(".");
    const kind = causeKinds.find((candidate) => candidate === of);
    const part = causeElements.find((candidate) => candidate === element);
    if (kind === undefined || part === undefined || more.length > 0) {
      const forms = `rootcause.json or rootcause.(${causeKinds.join("|")}).(${causeElements.join("|")})`;
      return this.#reader.expected(forms, token);
    }
    return { kind: "rootcause", of: kind, element: part, ...this.#where(placeInCause(kind, part)) };
  }

  #rootCauseJson(token: Token): Term {
    this.#reader.expectSymbol("=");
    this.#reader.expectSymbol("#");
    const list = this.#reader.lexer.takeJson();
    try {
      const { json, values } = readRootCauseJson(list.source);
      this.#count(values - 1, token);
      return { kind: "rootcause-json", json };
    } catch (error) {
      if (!(error instanceof RootCauseJsonError)) throw error;
      return this.#reader.fail("syntax", `The root causes cannot be read: ${error.message}`, list);
    }
  }

  #annotation(token: Token): Term {
    const key = token.text.includes(".") ? token.text.slice(token.text.indexOf(".") + 1) : this.#bracketedKey();
    const term = { kind: "annotation", key } as const;
    const comparison = this.#comparison();
    if (comparison === undefined) return term;
    this.#reader.take();
    const valueToken = this.#reader.peek();
    const value = this.#value("a value");
    const kind = kindOfValue(value);
    if (!comparisonsOf[kind].includes(comparison))
      this.#reader.fail("meaning", `${quoted(valueToken.source)} cannot be compared by ${comparison}`, valueToken);
    return { ...term, comparison, value };
  }

  #bracketedKey(): string {
    this.#reader.expectSymbol("[");
    const token = this.#reader.lexer.takeKey();
    if (token.type !== "text" || token.text === "") return this.#reader.expected("the key of an annotation", token);
    this.#reader.expectSymbol("]");
    return token.text;
  }

  #keyword(word: string, place: Place, token: Token): Term {
    const kind = kindOf(place, word);
    if (kind === undefined) return this.#misplaced(word, place, token);
    const term = { kind: "keyword", keyword: word } as const;
    const comparison = this.#comparison();
    if (comparison === undefined) return term;
    const operator = this.#reader.take();
    const known = comparisonsOf[kind];
    if (!known.includes(comparison))
      this.#reader.fail("meaning", `'${word}' is a ${kind}: it is compared by ${known.join(" ")}`, operator);
    const valueToken = this.#reader.peek();
    const value = this.#value(valuesOf[kind]);
    if (kindOfValue(value) !== kind)
      this.#reader.fail("meaning", `'${word}' is compared with ${valuesOf[kind]}`, valueToken);
    return { ...term, comparison, value };
  }

  #misplaced(word: string, place: Place, token: Token): never {
    this.#reader.peek(); // a symbol that is none explains more than the word before it
    const places = placesOf(word).map((other) => placeNames[other]);
    if (places.length > 0)
      this.#reader.fail("meaning", `'${word}' cannot stand ${placeNames[place]}; it can ${places.join(", ")}`, token);
    const hint = word === "not" ? "; to negate a term write ! before it" : "";
    return this.#reader.fail("meaning", `${quoted(token.source)} is no keyword of filter expressions${hint}`, token);
  }

  /** The operator that is next; it is not taken yet. */
  #comparison(): Comparison | undefined {
    const token = this.#reader.peek();
    if (token.type !== "word" && token.type !== "symbol") return undefined;
    const operator = token.text.toUpperCase();
    return comparisons.find((comparison) => comparison === operator);
  }

  /** A word without quotes that is not `true` or `false` is a text: AWS's guide has such an example. */
  #value(expected: string): Value {
    const { type } = this.#reader.peek();
    const word = this.#reader.peekWord();
    if (type === "symbol" || type === "end" || (word !== undefined && operatorWords.has(word)))
      return this.#reader.expected(expected);
    const token = this.#reader.take();
    if (type === "number") return token.number;
    return word === "true" || word === "false" ? word === "true" : token.text;
  }
}

export function placeInCause(of: RootCauseTerm["of"], element: RootCauseTerm["element"]): Place {
  switch (element) {
    case "service":
      return "causeService";
    case "entity":
      return of === "responsetime" ? "slowEntity" : "causeEntity";
    case "exception":
      return "causeException";
  }
}

function kindOfValue(value: Value): KeywordKind {
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "number" : "boolean";
}
