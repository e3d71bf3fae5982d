/** A part of a pattern: text, `one` character, or `any` number of characters. */
type Part = string | typeof one | typeof any;
const one = Symbol("?");
const any = Symbol("*");

/** A value of a rule: text with the wildcards `*` and `?`. */
export class TextPattern {
  readonly #parts: readonly Part[];

  private constructor(parts: readonly Part[]) {
    this.#parts = joined(parts);
  }

  /** Reads wildcards. A backslash before `*`, `?` or a backslash takes its meaning away; before others it is itself. */
  static read(text: string): TextPattern {
    const parts: Part[] = [];
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      const next = text[at + 1];
      if (character === "\\" && (next === "*" || next === "?" || next === "\\")) {
        parts.push(next);
        at++;
      } else parts.push(character === "*" ? any : character === "?" ? one : character);
    }
    return new TextPattern(parts);
  }

  /** The text without wildcards; undefined if there are any. */
  get plain(): string | undefined {
    if (this.#parts.length === 0) return "";
    const [only] = this.#parts;
    return this.#parts.length === 1 && typeof only === "string" ? only : undefined;
  }

  within(sides: { readonly before: boolean; readonly after: boolean }): TextPattern {
    return new TextPattern([
      ...(sides.before ? [any as Part] : []),
      ...this.#parts,
      ...(sides.after ? [any as Part] : []),
    ]);
  }

  /** The same pattern of changed text. */
  map(change: (text: string) => string): TextPattern {
    return new TextPattern(this.#parts.map((part) => (typeof part === "string" ? change(part) : part)));
  }

  /** Whether a whole text is of this pattern. The work is at most the text's length times the pattern's. */
  compile(cased: boolean): (text: string) => boolean {
    if (!cased) {
      const test = this.map((text) => text.toLowerCase()).compile(true);
      return (text) => test(text.toLowerCase());
    }
    const { plain } = this;
    if (plain !== undefined) return (text) => text === plain;
    const [first, second, third] = this.#parts;
    const length = this.#parts.length;
    if (length === 1 && first === any) return () => true;
    if (length === 2 && typeof first === "string" && second === any) return (text) => text.startsWith(first);
    if (length === 2 && first === any && typeof second === "string") return (text) => text.endsWith(second);
    if (length === 3 && first === any && typeof second === "string" && third === any)
      return (text) => text.includes(second);
    const units = this.#parts.flatMap<Part>((part) => (typeof part === "string" ? [...part] : [part]));
    return (text) => matches(units, [...text]);
  }
}

function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === "string" && typeof last === "string") result[result.length - 1] = last + part;
    else if (part !== any || last !== any) result.push(part);
  }
  return result.filter((part) => part !== "");
}

/** Goes back to the last `*` alone: what an earlier one could take, the last one can take as well. */
function matches(units: readonly Part[], characters: readonly string[]): boolean {
  let unit = 0;
  let lastAny = -1;
  let takenUntil = 0;
  for (let at = 0; at < characters.length; ) {
    const wanted = units[unit];
    if (wanted === any) {
      lastAny = unit++;
      takenUntil = at;
    } else if (wanted !== undefined && (wanted === one || wanted === characters[at])) {
      unit++;
      at++;
    } else if (lastAny >= 0) {
      unit = lastAny + 1;
      at = ++takenUntil;
    } else return false;
  }
  while (units[unit] === any) unit++;
  return unit === units.length;
}
