/** What is wrong: a symbol that is no part of the language, the grammar, the sense of a term, or a limit. */
export type FilterProblem = "symbol" | "syntax" | "meaning" | "limit";

/** A filter expression that cannot be used. The message tells where and what would do, fit for the caller's eyes. */
export class FilterError extends Error {
  readonly problem: FilterProblem;
  /** Offset in the expression, UTF-16 units; undefined if the expression as a whole is meant. */
  readonly offset: number | undefined;

  /** @param where the expression and the place in it; lines and columns of the message count characters from 1. */
  constructor(problem: FilterProblem, message: string, where?: { readonly text: string; readonly offset: number }) {
    super(where === undefined ? message : `${message} (${placeOf(where)})`);
    this.name = "FilterError";
    this.problem = problem;
    this.offset = where?.offset;
  }
}

function placeOf({ text, offset }: { readonly text: string; readonly offset: number }): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${[...before.at(-1)!].length + 1}`;
}

/** Quotes of the expression in messages are cut after so many characters. */
const quotedLengthMax = 40;

/** A piece of an expression as messages show it. */
export function quoted(text: string): string {
  const characters = [...text.slice(0, 2 * quotedLengthMax + 2)];
  const shown =
    characters.length > quotedLengthMax ? `${characters.slice(0, quotedLengthMax).join("")}...` : characters.join("");
  return `'${shown}'`;
}
