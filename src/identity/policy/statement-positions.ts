/** A place in a text, both from 1. */
export interface Position {
  readonly Line: number;
  readonly Column: number;
}

/**
 * Where each statement of a policy stands: from behind the bracket or comma before it to behind its own last brace, as the
 * policy simulator of AWS tells it. To be called with a text that was parsed as a policy.
 */
export function statementPositions(text: string): { readonly start: Position; readonly end: Position }[] {
  const found: { start: Position; end: Position }[] = [];
  let depth = 0;
  let member = "";
  let listed = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1) member = text.slice(at + 1, end);
      at = end;
    } else if (character === "{" || character === "[") {
      depth++;
      if (depth === 2 && member === "Statement") {
        listed = character === "[";
        start = listed ? at + 1 : at;
      }
    } else if (character === "}" || character === "]") {
      const ends = member === "Statement" && character === "}" && depth === (listed ? 3 : 2);
      if (ends) found.push({ start: positionOf(text, start), end: positionOf(text, at + 1) });
      depth--;
    } else if (character === "," && depth === 2 && listed) start = at + 1;
    else if (character === "," && depth === 1) member = "";
  }
  return found;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function positionOf(text: string, at: number): Position {
  const before = text.slice(0, at);
  return { Line: before.split("\n").length, Column: at - before.lastIndexOf("\n") };
}
