import { SigmaError } from "./sigma-error.js";

/**
 * The regular expressions of Sigma: `.`, `^`, `$`, `* + ? {n,m}`, classes, alternation, groups, the classes
 * `\d \w \s`, and `(?i)` in front. What needs going back over the text (look-around, back references) is refused.
 *
 * Matching reads the text once, after Thompson; sets of places in the expression are remembered as states, so that a text
 * of ordinary characters costs one look-up a character.
 */
export function compileRegex(source: string, flags: RegexFlags = {}): (text: string) => boolean {
  if (source.length > sourceCharsMax)
    throw new SigmaError(`a regular expression has more than ${sourceCharsMax} characters`);
  const inline = /^\(\?([ims]+)\)/.exec(source);
  const given = (flag: "i" | "m" | "s") => flags[flag] === true || inline?.[1]?.includes(flag) === true;
  const all = { i: given("i"), m: given("m"), s: given("s") };
  const node = new Reader(source.slice(inline?.[0].length ?? 0), all).expression();
  const automaton = new Automaton(node, all.m);
  return (text) => automaton.test(text);
}

export interface RegexFlags {
  /** Upper and lower case are the same. */
  readonly i?: boolean;
  /** `^` and `$` hold at line breaks, too. */
  readonly m?: boolean;
  /** `.` takes line breaks, too. */
  readonly s?: boolean;
}

const sourceCharsMax = 1_000;
/** Bounds the work of a character; a hostile expression over a hostile text of 100 KB takes about a second. */
const placesMax = 500;
const repeatMax = 255;
const groupDepthMax = 30;

type Accepts = (code: number) => boolean;
type Node =
  | { readonly kind: "take"; readonly accepts: Accepts }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence" | "either"; readonly nodes: readonly Node[] }
  | { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number };

class Reader {
  #at = 0;
  #depth = 0;
  readonly #source: string;
  readonly #flags: RegexFlags;

  constructor(source: string, flags: RegexFlags) {
    this.#source = source;
    this.#flags = flags;
  }

  expression(): Node {
    const node = this.#either();
    if (this.#at < this.#source.length) throw this.#problem("')' closes nothing");
    return node;
  }

  #either(): Node {
    const nodes = [this.#sequence()];
    while (this.#take("|")) nodes.push(this.#sequence());
    return nodes.length === 1 ? nodes[0]! : { kind: "either", nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) nodes.push(this.#repeated());
    return { kind: "sequence", nodes };
  }

  #repeated(): Node {
    const node = this.#atom();
    const bounds = this.#bounds();
    if (bounds === undefined) return node;
    // Lazy or not, what is found is the same.
    this.#take("?");
    if (/^[*+?]/.test(this.#source.slice(this.#at))) throw this.#problem("two repetitions follow each other");
    if (node.kind === "start" || node.kind === "end") throw this.#problem("an anchor cannot be repeated");
    return { kind: "repeat", node, ...bounds };
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#take("?")) return { min: 0, max: 1 };
    if (this.#take("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    const counted = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(this.#source.slice(this.#at));
    if (counted === null) return undefined;
    this.#at += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[3] !== "" ? Number(counted[3]) : counted[2] === "," ? Number.POSITIVE_INFINITY : min;
    if (max < min) throw this.#problem("a repetition's bounds are in the wrong order");
    if (min > repeatMax || (max > repeatMax && max !== Number.POSITIVE_INFINITY))
      throw this.#problem(`a repetition of more than ${repeatMax}`);
    return { min, max };
  }

  #atom(): Node {
    const character = this.#next();
    switch (character) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "take", accepts: this.#flags.s ? () => true : (code) => code !== 0x0a };
      case "[":
        return { kind: "take", accepts: this.#folded(this.#class()) };
      case "\\":
        return { kind: "take", accepts: this.#folded(this.#escape()) };
      case "(":
        return this.#group();
      case "*":
      case "+":
      case "?":
        throw this.#problem(`'${character}' has nothing to apply to`);
      default:
        return { kind: "take", accepts: this.#folded(character.charCodeAt(0)) };
    }
  }

  #group(): Node {
    if (this.#take("?")) {
      if (this.#take(":")) return this.#grouped();
      const named = /^P?<[A-Za-z_]\w{0,31}>/.exec(this.#source.slice(this.#at));
      if (named === null)
        throw this.#problem(`'(?${this.#source[this.#at] ?? ""}' (look-around, flags) is not supported`);
      this.#at += named[0].length;
    }
    return this.#grouped();
  }

  #grouped(): Node {
    if (++this.#depth > groupDepthMax) throw this.#problem("groups are nested too deeply");
    const node = this.#either();
    this.#depth--;
    if (!this.#take(")")) throw this.#problem("'(' is not closed");
    return node;
  }

  #class(): Accepts {
    const negated = this.#take("^");
    const members: Accepts[] = [];
    let first = true;
    while (first || this.#source[this.#at] !== "]") {
      first = false;
      const from = this.#member();
      const ranged = this.#source[this.#at] === "-" && (this.#source[this.#at + 1] ?? "]") !== "]";
      if (typeof from !== "number" || !ranged) {
        members.push(typeof from === "number" ? (code) => code === from : from);
        continue;
      }
      this.#at++;
      const to = this.#member();
      if (typeof to !== "number" || to < from) throw this.#problem("a range of characters is in the wrong order");
      members.push((code) => code >= from && code <= to);
    }
    this.#at++;
    const fold = this.#flags.i === true;
    const within: Accepts = (code) => members.some((accepts) => accepts(code));
    const folded: Accepts = fold ? (code) => cases(code).some(within) : within;
    return negated ? (code) => !folded(code) : folded;
  }

  #member(): number | Accepts {
    const character = this.#next();
    if (character === "[" && this.#source[this.#at] === ":") throw this.#problem("'[:' is not supported");
    return character === "\\" ? this.#escape() : character.charCodeAt(0);
  }

  #escape(): number | Accepts {
    const character = this.#next();
    const named = namedClasses.get(character);
    if (named !== undefined) return named;
    if (character === "x" || character === "u") {
      const digits = character === "x" ? 2 : 4;
      const hex = this.#source.slice(this.#at, this.#at + digits);
      if (hex.length < digits || /[^0-9a-fA-F]/.test(hex))
        throw this.#problem(`'\\${character}' wants ${digits} hexadecimal digits`);
      this.#at += digits;
      return Number.parseInt(hex, 16);
    }
    const control = controls.get(character);
    if (control !== undefined) return control;
    if (/[A-Za-z0-9]/.test(character)) throw this.#problem(`'\\${character}' is not supported`);
    return character.charCodeAt(0);
  }

  #folded(wanted: number | Accepts): Accepts {
    if (typeof wanted !== "number") return wanted;
    if (!this.#flags.i) return (code) => code === wanted;
    const both = cases(wanted);
    return (code) => both.includes(code);
  }

  #take(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const character = this.#source[this.#at++];
    if (character === undefined) throw this.#problem("it ends too early");
    return character;
  }

  #problem(what: string): SigmaError {
    return new SigmaError(`regular expression, at position ${this.#at}: ${what}`);
  }
}

function cases(code: number): number[] {
  const character = String.fromCharCode(code);
  return [code, character.toLowerCase().charCodeAt(0), character.toUpperCase().charCodeAt(0)];
}

const digit: Accepts = (code) => code >= 0x30 && code <= 0x39;
const blank: Accepts = (code) => code === 0x20 || (code >= 0x09 && code <= 0x0d);
const word: Accepts = (code) =>
  digit(code) || code === 0x5f || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
const not = (accepts: Accepts) => (code: number) => !accepts(code);
const namedClasses = new Map([
  ["d", digit],
  ["D", not(digit)],
  ["s", blank],
  ["S", not(blank)],
  ["w", word],
  ["W", not(word)],
]);
const controls = new Map([
  ["t", 0x09],
  ["n", 0x0a],
  ["v", 0x0b],
  ["f", 0x0c],
  ["r", 0x0d],
]);

/** A place in the expression. `next` of a place that takes a character; the others are gone through at once. */
type Place =
  | { readonly kind: "take"; readonly accepts: Accepts; next: number }
  | { readonly kind: "start" | "end"; next: number }
  | { readonly kind: "fork"; to: number[] }
  | { readonly kind: "found" };

/** Places that are held at once, where a line may begin or not. */
interface Position {
  readonly places: readonly number[];
  readonly atStart: boolean;
}

/** A position, and what follows from each character: made when first needed. */
interface State extends Position {
  readonly found: boolean;
  readonly foundAtEnd: boolean;
  readonly following: Map<number, State>;
}

/** Followers of states that are remembered; more, and all are forgotten. */
const followersMax = 5_000;
/** Followers that one text may add. One that needs more hardly meets a state twice: then they are not made. */
const followersOfTextMax = 1_000;

class Automaton {
  readonly #places: Place[] = [];
  readonly #start: number;
  readonly #found: number;
  readonly #multiline: boolean;
  readonly #states = new Map<string, State>();
  #followers = 0;
  /** In which turn of `#closed` a place was reached last. */
  readonly #reachedIn = new Float64Array(placesMax);
  #turn = 0;

  constructor(node: Node, multiline: boolean) {
    this.#multiline = multiline;
    this.#found = this.#add({ kind: "found" });
    this.#start = this.#build(node, this.#found);
  }

  test(text: string): boolean {
    if (this.#followers > followersMax) {
      this.#states.clear();
      this.#followers = 0;
    }
    let state = this.#stateOf(this.#closed([this.#start], { start: true, end: false }), true);
    let made = 0;
    for (let at = 0; at < text.length; at++) {
      if (state.found) return true;
      const code = text.charCodeAt(at);
      let next = state.following.get(code);
      if (next === undefined) {
        if (++made > followersOfTextMax) return this.#testFrom(text, at, state);
        this.#followers++;
        next =
          state.foundAtEnd && this.#isBreak(code)
            ? { ...state, found: true }
            : this.#stateOf(this.#step(state, code), this.#isBreak(code));
        state.following.set(code, next);
      }
      state = next;
    }
    return state.found || state.foundAtEnd;
  }

  /** Goes on without remembering anything. */
  #testFrom(text: string, from: number, state: Position): boolean {
    let now = state;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#isBreak(code) && this.#holdsAtEnd(now)) return true;
      now = { places: this.#step(now, code), atStart: this.#isBreak(code) };
      if (this.#holds(now.places)) return true;
    }
    return this.#holdsAtEnd(now);
  }

  /** Where a character leads; and as a match may begin anywhere, to the first place, too. */
  #step({ places, atStart }: Position, code: number): number[] {
    const isBreak = this.#isBreak(code);
    const next = [this.#start];
    for (const index of isBreak ? this.#closed(places, { start: atStart, end: true }) : places) {
      const place = this.#places[index]!;
      if (place.kind === "take" && place.accepts(code)) next.push(place.next);
    }
    return this.#closed(next, { start: isBreak, end: false });
  }

  #stateOf(places: number[], atStart: boolean): State {
    const key = `${atStart} ${places.sort((left, right) => left - right).join()}`;
    const known = this.#states.get(key);
    if (known) return known;
    const state = {
      places,
      atStart,
      found: this.#holds(places),
      foundAtEnd: this.#holdsAtEnd({ places, atStart }),
      following: new Map(),
    };
    this.#states.set(key, state);
    return state;
  }

  #isBreak(code: number): boolean {
    return this.#multiline && code === 0x0a;
  }

  #holds(places: readonly number[]): boolean {
    return places.includes(this.#found);
  }

  #holdsAtEnd({ places, atStart }: Position): boolean {
    return this.#holds(this.#closed(places, { start: atStart, end: true }));
  }

  /** Places, and those that are reached from them without a character: each once. */
  #closed(from: readonly number[], holds: { readonly start: boolean; readonly end: boolean }): number[] {
    const turn = ++this.#turn;
    const reached: number[] = [];
    const open = [...from];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#reachedIn[index] === turn) continue;
      this.#reachedIn[index] = turn;
      reached.push(index);
      const place = this.#places[index]!;
      if (place.kind === "fork") for (const next of place.to) open.push(next);
      else if ((place.kind === "start" && holds.start) || (place.kind === "end" && holds.end)) open.push(place.next);
    }
    return reached;
  }

  /** @returns where the expression begins if `next` follows it. */
  #build(node: Node, next: number): number {
    switch (node.kind) {
      case "take":
        return this.#add({ kind: "take", accepts: node.accepts, next });
      case "start":
      case "end":
        return this.#add({ kind: node.kind, next });
      case "sequence":
        return node.nodes.reduceRight((after, each) => this.#build(each, after), next);
      case "either":
        return this.#add({ kind: "fork", to: node.nodes.map((each) => this.#build(each, next)) });
      case "repeat": {
        let after = next;
        if (node.max === Number.POSITIVE_INFINITY) {
          const fork: Place = { kind: "fork", to: [next] };
          after = this.#add(fork);
          fork.to.push(this.#build(node.node, after));
        } else
          for (let copy = node.min; copy < node.max; copy++)
            after = this.#add({ kind: "fork", to: [next, this.#build(node.node, after)] });
        for (let copy = 0; copy < node.min; copy++) after = this.#build(node.node, after);
        return after;
      }
    }
  }

  #add(place: Place): number {
    if (this.#places.length >= placesMax) throw new SigmaError("a regular expression is too complex");
    return this.#places.push(place) - 1;
  }
}
