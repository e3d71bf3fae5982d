import { PatternError } from "./pattern-error.js";

/**
 * The regular expressions of filter patterns, as AWS limits them: letters, digits, blanks, `: _ # = @ / ; , -`, the
 * operators `^ $ ? [ ] { } | \ * + .`, the classes `\d \D \s \S \w \W`, `\xhh`, and a backslash before any symbol. No
 * parentheses, so an expression is a list of alternatives, each a list of repeated characters.
 *
 * Matching reads the text once, keeping every place in the expression where it may stand (after Thompson), so that no
 * text makes it go back: the work is at most the text's length times the expression's.
 */
export interface Regex {
  /** Whether the expression matches somewhere in `text`. */
  test(text: string): boolean;
}

/** Characters that an expression can speak of, with counted repetition written out: bounds the work a character costs. */
const regexSlotsMax = 512;

type Accepts = (code: number) => boolean;
interface Piece {
  readonly accepts: Accepts;
  readonly min: number;
  readonly max: number;
}
interface Alternative {
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly pieces: readonly Piece[];
}

/** @throws PatternError */
export function compileRegex(source: string): Regex {
  return new Automaton(parseAlternatives(source));
}

function parseAlternatives(source: string): Alternative[] {
  const reader = new Reader(source);
  const alternatives = [reader.alternative()];
  while (reader.take("|")) alternatives.push(reader.alternative());
  return alternatives;
}

class Reader {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  take(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  alternative(): Alternative {
    const atStart = this.take("^");
    const pieces: Piece[] = [];
    let atEnd = false;
    while (this.#at < this.#source.length && this.#source[this.#at] !== "|") {
      if (this.take("$")) {
        if (this.#at < this.#source.length && this.#source[this.#at] !== "|")
          throw this.#problem("'$' is allowed only at the end of an alternative");
        atEnd = true;
        break;
      }
      pieces.push(this.#piece());
    }
    return { atStart, atEnd, pieces };
  }

  #piece(): Piece {
    const accepts = this.#atom();
    if (this.take("?")) return { accepts, min: 0, max: 1 };
    if (this.take("*")) return { accepts, min: 0, max: Number.POSITIVE_INFINITY };
    if (this.take("+")) return { accepts, min: 1, max: Number.POSITIVE_INFINITY };
    if (!this.take("{")) return { accepts, min: 1, max: 1 };
    const close = this.#source.indexOf("}", this.#at);
    const bounds = /^ *(\d{0,4}) *(,?) *(\d{0,4}) *$/.exec(close < 0 ? "x" : this.#source.slice(this.#at, close));
    if (bounds === null || (bounds[1] === "" && bounds[3] === "")) throw this.#problem("a repetition is {m}, {m,n}");
    this.#at = close + 1;
    const min = Number(bounds[1]);
    const max = bounds[3] !== "" ? Number(bounds[3]) : bounds[2] === "," ? Number.POSITIVE_INFINITY : min;
    if (max < min) throw this.#problem("a repetition's bounds are in the wrong order");
    return { accepts, min, max };
  }

  #atom(): Accepts {
    const character = this.#next();
    if (character === ".") return () => true;
    if (character === "[") return this.#characterClass();
    if (character === "\\") return this.#escape();
    if ("?*+{}]^".includes(character)) throw this.#problem(`'${character}' has nothing to apply to`);
    return this.#literal(character);
  }

  #characterClass(): Accepts {
    const negated = this.take("^");
    const members: Accepts[] = [];
    do {
      if (this.#at >= this.#source.length) throw this.#problem("'[' is not closed");
      const from = this.#classMember();
      const ranged = this.#source[this.#at] === "-" && (this.#source[this.#at + 1] ?? "]") !== "]";
      if (typeof from !== "number" || !ranged) {
        members.push(typeof from === "number" ? (code) => code === from : from);
        continue;
      }
      this.#at++;
      const to = this.#classMember();
      if (typeof to !== "number" || to < from) throw this.#problem("a range of characters is in the wrong order");
      members.push((code) => code >= from && code <= to);
    } while (!this.take("]"));
    return (code) => members.some((accepts) => accepts(code)) !== negated;
  }

  #classMember(): number | Accepts {
    const character = this.#next();
    if (character === "\\") {
      const named = namedClasses[this.#source[this.#at] ?? ""];
      if (named === undefined) return this.#escapedCode();
      this.#at++;
      return named;
    }
    // Within brackets operators stand for themselves.
    if (!"?*+{}.$|^".includes(character)) this.#literal(character);
    return character.charCodeAt(0);
  }

  #escape(): Accepts {
    const named = namedClasses[this.#source[this.#at] ?? ""];
    if (named !== undefined) {
      this.#at++;
      return named;
    }
    const wanted = this.#escapedCode();
    return (code) => code === wanted;
  }

  #escapedCode(): number {
    const character = this.#next();
    if (character === "x") {
      const hex = this.#source.slice(this.#at, this.#at + 2);
      if (!/^[0-7][0-9a-fA-F]$/.test(hex)) throw this.#problem("'\\x' wants two hexadecimal digits up to 7F");
      this.#at += 2;
      return Number.parseInt(hex, 16);
    }
    const control = controlEscapes[character];
    if (control !== undefined) return control;
    if (/[A-Za-z0-9]/.test(character)) throw this.#problem(`'\\${character}' is not supported`);
    return character.charCodeAt(0);
  }

  #literal(character: string): Accepts {
    if (!/[A-Za-z0-9 :_#=@/;,-]/.test(character)) throw this.#problem(`'${character}' is not supported`);
    const wanted = character.charCodeAt(0);
    return (code) => code === wanted;
  }

  #next(): string {
    const character = this.#source[this.#at];
    if (character === undefined) throw this.#problem("it ends too early");
    if (character.charCodeAt(0) > 0x7f) throw this.#problem("multi-byte characters are not supported");
    this.#at++;
    return character;
  }

  #problem(what: string): PatternError {
    return new PatternError(`Invalid regular expression at position ${this.#at}: ${what}`);
  }
}

const digit: Accepts = (code) => code >= 0x30 && code <= 0x39;
const blank: Accepts = (code) => code === 0x20 || (code >= 0x09 && code <= 0x0d);
const word: Accepts = (code) =>
  digit(code) || code === 0x5f || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
const not =
  (accepts: Accepts): Accepts =>
  (code) =>
    !accepts(code);
const namedClasses: Readonly<Record<string, Accepts>> = Object.assign(Object.create(null), {
  d: digit,
  D: not(digit),
  s: blank,
  S: not(blank),
  w: word,
  W: not(word),
});
const controlEscapes: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  t: 0x09,
  n: 0x0a,
  r: 0x0d,
});

/** A place in an alternative that takes one character. */
interface Slot {
  readonly accepts: Accepts;
  /** May be left out. */
  readonly optional: boolean;
  /** May take any number of characters (and is optional then). */
  readonly repeats: boolean;
}

/** Ends of alternatives: a match found, and a match if the text ends here. */
const found: Slot = { accepts: () => false, optional: false, repeats: false };
const foundAtEnd: Slot = { ...found };

/** Codes beyond ASCII are one: no expression tells them apart. */
const beyondAscii = 128;
const codes = beyondAscii + 1;

class Automaton implements Regex {
  /** The alternatives one after another, each ended by `found` or `foundAtEnd`. */
  readonly #slots: readonly Slot[];
  /** 1 at `slot * codes + code` where the slot takes the character. */
  readonly #accepts: Uint8Array;
  /** Where alternatives begin: at the start of the text, and anywhere in it. */
  readonly #initial: readonly number[];
  readonly #anywhere: readonly number[];

  constructor(alternatives: readonly Alternative[]) {
    const slots: Slot[] = [];
    const anywhere: number[] = [];
    const initial: number[] = [];
    for (const { atStart, atEnd, pieces } of alternatives) {
      initial.push(slots.length);
      if (!atStart) anywhere.push(slots.length);
      slots.push(...pieces.flatMap(slotsOf), atEnd ? foundAtEnd : found);
      if (slots.length > regexSlotsMax) throw new PatternError("Regular expression is too complex");
    }
    this.#slots = slots;
    this.#anywhere = anywhere;
    this.#initial = initial;
    this.#accepts = new Uint8Array(slots.length * codes);
    for (const [index, { accepts }] of slots.entries())
      for (let code = 0; code < codes; code++) this.#accepts[index * codes + code] = accepts(code) ? 1 : 0;
  }

  test(text: string): boolean {
    let now = new SlotSet(this.#slots);
    let next = new SlotSet(this.#slots);
    for (const start of this.#initial) now.add(start);
    for (let at = 0; at < text.length && !now.matched; at++) {
      const code = Math.min(text.charCodeAt(at), beyondAscii);
      for (const start of this.#anywhere) next.add(start);
      for (let place = 0; place < now.size; place++) {
        const index = now.members[place]!;
        if (this.#accepts[index * codes + code] === 1) next.add(this.#slots[index]!.repeats ? index : index + 1);
      }
      now.clear();
      [now, next] = [next, now];
    }
    return now.matched || now.matchedAtEnd;
  }
}

/** The slots that may take the next character. Adding, asking and clearing cost as much as there are members. */
class SlotSet {
  readonly members: Uint16Array;
  size = 0;
  matched = false;
  matchedAtEnd = false;
  readonly #held: Uint8Array;
  readonly #slots: readonly Slot[];

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
    this.#held = new Uint8Array(slots.length);
    this.members = new Uint16Array(slots.length);
  }

  /** Also the slots after it that are reached by leaving optional ones out. */
  add(start: number): void {
    for (let index = start; this.#held[index] === 0; index++) {
      const slot = this.#slots[index]!;
      this.#held[index] = 1;
      this.members[this.size++] = index;
      if (slot === found) this.matched = true;
      if (slot === foundAtEnd) this.matchedAtEnd = true;
      if (!slot.optional) return;
    }
  }

  clear(): void {
    for (let place = 0; place < this.size; place++) this.#held[this.members[place]!] = 0;
    this.size = 0;
    this.matched = false;
    this.matchedAtEnd = false;
  }
}

function slotsOf({ accepts, min, max }: Piece): Slot[] {
  const copies = Math.min(max === Number.POSITIVE_INFINITY ? min : max, regexSlotsMax + 1);
  const slots = Array.from({ length: copies }, (_, index) => ({ accepts, optional: index >= min, repeats: false }));
  if (max === Number.POSITIVE_INFINITY) slots.push({ accepts, optional: true, repeats: true });
  return slots;
}
