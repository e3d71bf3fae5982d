/** Tells whether a name meets a pattern in which `*` stands for any characters. Takes time in proportion to the name. */
export function globTest(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*");
  if (parts.length === 1) return (name) => name === pattern;
  const [head = "", tail = ""] = [parts[0], parts.at(-1)];
  const middles = parts.slice(1, -1);
  return (name) => {
    if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
    let from = head.length;
    const until = name.length - tail.length;
    for (const middle of middles) {
      const found = name.indexOf(middle, from);
      if (found === -1 || found + middle.length > until) return false;
      from = found + middle.length;
    }
    return true;
  };
}

/** How a place in a document lies to a path of patterns: elements that are met so far, at each of which it may go on. */
export type PathStates = readonly number[];

/** A path of patterns, an element a level; `**` for any number of levels. */
export class PathPattern {
  readonly #elements: readonly (((name: string) => boolean) | "any")[];

  constructor(path: readonly string[]) {
    this.#elements = path.map((element) => (element === "**" ? "any" : globTest(element)));
  }

  get begin(): PathStates {
    return this.#withSkips([0]);
  }

  /** The states one level further down, under a member of this name. */
  step(states: PathStates, name: string): PathStates {
    const next: number[] = [];
    for (const state of states) {
      const element = this.#elements[state];
      if (element === "any") next.push(state);
      else if (element?.(name)) next.push(state + 1);
    }
    return next.length === 0 ? next : this.#withSkips(next);
  }

  isMet(states: PathStates): boolean {
    return states.includes(this.#elements.length);
  }

  /** `**` may stand for no level at all. */
  #withSkips(states: readonly number[]): PathStates {
    const all = new Set(states);
    for (const state of all) if (this.#elements[state] === "any") all.add(state + 1);
    return [...all];
  }
}

/**
 * An expression that finds a header's name in whatever way it is written: `x-api-key`, `X_Api_Key`, `xApiKey`,
 * `http.request.header.x_api_key`.
 */
export function headerExpression(header: string): string {
  return lettersOf(header).split("").join("[^A-Za-z0-9]*");
}

/** Tells whether the last words of a name are one of the headers. */
export function headerTest(headers: readonly string[]): (name: string) => string | undefined {
  const byLetters = new Map(headers.map((header) => [lettersOf(header), header]));
  const longest = Math.max(0, ...[...byLetters.keys()].map((letters) => letters.length));
  return (name) => {
    const words = name.replace(/\[\]$/, "").split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
    let letters = "";
    for (let index = words.length - 1; index >= 0 && letters.length <= longest; index--) {
      letters = words[index]!.toLowerCase() + letters;
      const header = byLetters.get(letters);
      if (header !== undefined && letters !== "") return header;
    }
    return undefined;
  };
}

function lettersOf(header: string): string {
  return header.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The longest part of a pattern that stands as it is in the JSON of every document with a name that meets it. */
export function literalOf(patterns: readonly string[]): string {
  // JSON may write these in several ways.
  const parts = patterns.flatMap((pattern) => pattern.split(/[*"\\/\p{Cc}]/u));
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}

export function escaped(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\-]/g, "\\$&");
}
