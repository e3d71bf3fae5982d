import { QueryRefused, type ReadableStore, translateQuery } from "../../../../src/audit/lake-sql/translate.js";

/** What is wrong with a statement, and where: offsets into its text. */
export interface Mistake {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** A store whose columns are not known here: what the statement says of them is left to the service. */
class UnknownStore extends Error {}
const idShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads a statement as the service would, with the same rules, while it is written.
 *
 * @param kindOf the kind of a store's events, which decides its columns; undefined for a store not known here.
 */
export function mistakesIn(
  statement: string,
  kindOf: (storeId: string) => ReadableStore["kind"] | undefined,
  nowMs: number,
): Mistake[] {
  if (statement.trim() === "") return [];
  try {
    translateQuery(
      statement,
      (storeId) => {
        const kind = kindOf(storeId);
        if (kind === undefined && idShape.test(storeId)) throw new UnknownStore();
        return kind && { storeId, kind, fromMs: 0 };
      },
      { nowMs },
    );
    return [];
  } catch (problem) {
    if (!(problem instanceof QueryRefused)) return [];
    return [mistakeOf(statement, problem.message)];
  }
}

/** Where a refusal's message points: at a line and column, or at the name that it quotes. The rest is about it all. */
export function mistakeOf(statement: string, message: string): Mistake {
  const place = /\bline (\d+):(\d+): /.exec(message);
  if (place !== null) {
    const from = offsetOf(statement, Number(place[1]), Number(place[2]));
    return { from, to: endOfWord(statement, from), message: message.replace(place[0], "") };
  }
  const quoted = /'([^']{1,200})'/.exec(message)?.[1];
  const from = quoted === undefined ? -1 : statement.toLowerCase().indexOf(quoted.toLowerCase());
  if (quoted !== undefined && from >= 0) return { from, to: from + quoted.length, message };
  return { from: 0, to: statement.length, message };
}

function offsetOf(statement: string, line: number, column: number): number {
  const lines = statement.match(/[^\r\n]*(?:\r\n|\r|\n|$)/g) ?? [];
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length, 0);
  return Math.min(before + column - 1, statement.length);
}

function endOfWord(statement: string, from: number): number {
  const word = /^(?:\w+|\S)/.exec(statement.slice(from))?.[0] ?? "";
  return from + word.length;
}
