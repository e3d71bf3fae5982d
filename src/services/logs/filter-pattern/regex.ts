import { PatternError } from "./pattern-error.js";

/**
 * The regular expressions of filter patterns, as AWS limits them: letters, digits, blanks, `: _ # = @ / ; , -`, the
 * operators `^ $ ? [ ] { } | \ * + .`, the classes `\d \D \s \S \w \W`, `\xhh`, and a backslash before any symbol. No
 * parentheses, so an expression is a list of alternatives, each a list of repeated characters.
 *
 * Matching takes one step a character: the expression becomes a nondeterministic automaton whose sets of states are made
 * into deterministic states when first seen. No input makes it backtrack.
 */
export interface Regex {
  /** Whether the expression matches somewhere in `text`. */
  test(text: string): boolean;
}

/** More would be possible only through counted repetition such as `a{1000}`. */
export const regexStatesMax = 1024;
/** Deterministic states kept; when there are more, they are forgotten and made anew. */
const cachedStatesMax = 512;

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
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw this.#problem("'\\x' wants two hexadecimal digits");
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

/** A state waits for one character; `next` are the states it may lead to. Empty moves are already resolved. */
interface State {
  readonly accepts: Accepts;
  next: readonly number[];
}

/** A set of states, with what is known of where characters lead from it. */
interface Stop {
  readonly states: readonly number[];
  /** By character code below 128; others are worked out each time. */
  readonly ways: (Stop | undefined)[];
  readonly matched: boolean;
  readonly matchedAtEnd: boolean;
}

class Automaton implements Regex {
  readonly #states: State[] = [];
  /** Pseudo states: a match found, and a match if the text ends here. */
  readonly #found: number;
  readonly #foundAtEnd: number;
  readonly #anywhere: readonly number[];
  readonly #initial: readonly number[];
  #stops = new Map<string, Stop>();

  constructor(alternatives: readonly Alternative[]) {
    this.#found = this.#add(() => false);
    this.#foundAtEnd = this.#add(() => false);
    const anywhere: number[] = [];
    const initial: number[] = [];
    for (const alternative of alternatives) {
      const first = this.#lay(alternative);
      initial.push(...first);
      if (!alternative.atStart) anywhere.push(...first);
    }
    this.#anywhere = anywhere;
    this.#initial = initial;
  }

  test(text: string): boolean {
    let stop = this.#stopOf(this.#initial);
    for (let at = 0; at < text.length; at++) {
      if (stop.matched) return true;
      const code = text.charCodeAt(at);
      let following = code < 128 ? stop.ways[code] : undefined;
      if (following === undefined) {
        following = this.#stopOf(this.#follow(stop.states, code));
        if (code < 128) stop.ways[code] = following;
      }
      stop = following;
    }
    return stop.matched || stop.matchedAtEnd;
  }

  #add(accepts: Accepts): number {
    if (this.#states.length >= regexStatesMax) throw new PatternError("Regular expression is too complex");
    this.#states.push({ accepts, next: [] });
    return this.#states.length - 1;
  }

  /** Lays an alternative's states from its end to its start; returns the states it can begin in. */
  #lay(alternative: Alternative): readonly number[] {
    let entry: readonly number[] = [alternative.atEnd ? this.#foundAtEnd : this.#found];
    for (const piece of [...alternative.pieces].reverse()) {
      const { accepts, min, max } = piece;
      if (max === Number.POSITIVE_INFINITY) {
        const loop = this.#add(accepts);
        this.#states[loop]!.next = [loop, ...entry];
        entry = min === 0 ? [loop, ...entry] : [loop];
        for (let count = 1; count < min; count++) entry = [this.#before(accepts, entry)];
      } else {
        const after = entry;
        for (let count = max; count > min; count--) entry = [this.#before(accepts, entry), ...after];
        for (let count = min; count > 0; count--) entry = [this.#before(accepts, entry)];
      }
    }
    return entry;
  }

  #before(accepts: Accepts, next: readonly number[]): number {
    const state = this.#add(accepts);
    this.#states[state]!.next = next;
    return state;
  }

  #follow(states: readonly number[], code: number): readonly number[] {
    const reached = [...this.#anywhere];
    for (const state of states) {
      const { accepts, next } = this.#states[state]!;
      if (accepts(code)) for (const following of next) reached.push(following);
    }
    return reached;
  }

  #stopOf(reached: readonly number[]): Stop {
    const states = [...new Set(reached)].sort((left, right) => left - right);
    const key = states.join();
    const known = this.#stops.get(key);
    if (known !== undefined) return known;
    if (this.#stops.size >= cachedStatesMax) this.#stops = new Map();
    const stop: Stop = {
      states,
      ways: new Array(128).fill(undefined),
      matched: states.includes(this.#found),
      matchedAtEnd: states.includes(this.#foundAtEnd),
    };
    this.#stops.set(key, stop);
    return stop;
  }
}
