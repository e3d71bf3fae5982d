import { QueryRefused } from "./query-refused.js";

/** AWS's limit on a statement, in characters. Source: StartQuery, QueryStatement. */
export const statementCharsMax = 10_000;

export interface Token {
  /** A `store` is a UUID without quotes, as AWS writes the ids of event data stores. */
  readonly kind: "word" | "quoted" | "string" | "number" | "store" | "symbol" | "end";
  /** Of a word as it was written; of quoted text what is between the quotes. */
  readonly text: string;
  readonly at: number;
}

const shapes: readonly (readonly [Token["kind"] | "blank", RegExp])[] = [
  ["blank", /(?:[ \t\r\n]+|--[^\r\n]*|\/\*[\s\S]*?\*\/)/y],
  ["store", /[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-zA-Z_])/y],
  ["number", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![0-9a-zA-Z_])/y],
  ["word", /[a-zA-Z_][a-zA-Z0-9_]*/y],
  ["string", /'((?:[^']|'')*)'/y],
  ["quoted", /"((?:[^"]|"")*)"/y],
  ["symbol", /<>|!=|<=|>=|\|\||->|[-+*%=<>().,[\]?;:]|\/(?!\*)/y],
];

/** The tokens of a statement, with an `end` after the last one. Comments are blanks; a backslash is a plain character. */
export function tokensOf(statement: string): Token[] {
  if (statement.length > statementCharsMax)
    throw new QueryRefused(`The query has ${statement.length} characters; ${statementCharsMax} are allowed.`);
  if (!statement.isWellFormed()) throw new QueryRefused("The query is not well-formed Unicode.");
  const tokens: Token[] = [];
  let at = 0;
  while (at < statement.length) {
    const found = tokenAt(statement, at);
    if (found === undefined) throw refusedAt(statement, at, unreadable(statement, at));
    const [kind, text, until] = found;
    if (kind !== "blank") tokens.push({ kind, text, at });
    at = until;
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}

function tokenAt(statement: string, at: number): readonly [Token["kind"] | "blank", string, number] | undefined {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const match = shape.exec(statement);
    if (match === null) continue;
    const quote = kind === "string" ? "'" : '"';
    const text = match[1] === undefined ? match[0] : match[1].replaceAll(quote + quote, quote);
    return [kind, text, shape.lastIndex];
  }
  return undefined;
}

function unreadable(statement: string, at: number): string {
  const character = String.fromCodePoint(statement.codePointAt(at)!);
  if (character === "'") return "a string has no end";
  if (character === '"') return "a quoted name has no end";
  if (statement.startsWith("/*", at)) return "a comment has no end";
  if (character === "`") return 'names are quoted as "name", not with backquotes';
  if (/[0-9]/.test(character)) return "a name cannot begin with a digit; quote it";
  return `unexpected character '${character}'`;
}

/** Says where in the statement, as Trino does. */
export function refusedAt(statement: string, at: number, problem: string): QueryRefused {
  const before = statement.slice(0, at).split(/\r\n|\r|\n/);
  return new QueryRefused(`line ${before.length}:${before.at(-1)!.length + 1}: ${problem}`);
}
