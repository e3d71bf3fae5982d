/**
 * Text with wildcards as IAM has them: `*` is any run of characters, also an empty one, `?` is exactly one. Literal
 * pieces are found from left to right and never taken back, so that no pattern costs more than the length of the text
 * times that of its longest piece.
 */
export type PatternToken = { readonly literal: string } | "*" | "?";

export type Matcher = (text: string) => boolean;

/** The tokens of a pattern without policy variables. */
export function patternTokens(text: string): PatternToken[] {
  return text
    .split(/([*?])/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece === "*" || piece === "?" ? piece : { literal: piece }));
}

export function compilePattern(tokens: readonly PatternToken[]): Matcher {
  const pieces: Piece[] = [[]];
  for (const token of tokens) {
    if (token === "*") pieces.push([]);
    else if (token === "?") pieces.at(-1)!.push(anyUnit);
    else for (let i = 0; i < token.literal.length; i++) pieces.at(-1)!.push(token.literal.charCodeAt(i));
  }
  const [first, ...rest] = pieces.map(compilePiece);
  const last = rest.pop();
  if (last === undefined) return (text) => text.length === first!.length && first!.isAt(text, 0);
  const fixedLength = first!.length + last.length;
  if (fixedLength === 0 && rest.length === 0) return () => true;
  return (text) => {
    const end = text.length - last.length;
    if (text.length < fixedLength || !first!.isAt(text, 0) || !last.isAt(text, end)) return false;
    let at = first!.length;
    for (const piece of rest) {
      const found = piece.find(text, at, end);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** UTF-16 units, or `anyUnit` for `?`. */
type Piece = number[];
const anyUnit = -1;

interface CompiledPiece {
  readonly length: number;
  isAt(text: string, at: number): boolean;
  /** The first place from `from` at which the piece ends not after `end`; -1 if there is none. */
  find(text: string, from: number, end: number): number;
}

function compilePiece(piece: Piece): CompiledPiece {
  const length = piece.length;
  if (!piece.includes(anyUnit)) {
    const literal = String.fromCharCode(...piece);
    return {
      length,
      isAt: (text, at) => text.startsWith(literal, at),
      find: (text, from, end) => {
        const found = text.indexOf(literal, from);
        return found >= 0 && found + length <= end ? found : -1;
      },
    };
  }
  const isAt = (text: string, at: number) =>
    at + length <= text.length && piece.every((unit, i) => unit === anyUnit || unit === text.charCodeAt(at + i));
  return {
    length,
    isAt,
    find: (text, from, end) => {
      for (let at = from; at + length <= end; at++) if (isAt(text, at)) return at;
      return -1;
    },
  };
}
