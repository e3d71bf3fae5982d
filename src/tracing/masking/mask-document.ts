import { isEntityId, isTraceId } from "../trace-id.js";
import type { TextMasks } from "./mask-text.js";
import type { PathPattern, PathStates } from "./name-patterns.js";
import type { MaskingRule } from "./rule.js";

/** What is nested deeper, in texts of JSON too, is masked as a whole. */
const depthMax = 1800;
/** Values shorter than this keep none of their characters. */
const lastCharactersFrom = 8;
export const mark = "MASKED";

/** A rule's path, met as far as it is at some place. */
export interface ActivePath {
  readonly rule: MaskingRule;
  readonly pattern: PathPattern;
  readonly states: PathStates;
}

/** What the walks through documents share. */
export interface MaskingTools {
  /** All paths, at the top of a segment. */
  readonly begin: readonly ActivePath[];
  readonly text: TextMasks;
  /** Keyed: who does not have the key cannot try values. */
  readonly hash: (value: string) => string;
  /** Told of each value that is masked; the path says members, without places in lists. */
  readonly count?: (rule: MaskingRule, path: readonly string[]) => void;
}

type Raw = Record<string, unknown>;
type Active = readonly ActivePath[];

/** They hold a trace together; no rule of names reaches them. */
const structural = new Set(["id", "trace_id", "parent_id", "name", "type", "namespace", "start_time", "end_time"]);

/** One walk through one document, which it changes. */
export class MaskingWalk {
  changed = false;
  readonly #tools: MaskingTools;
  readonly #path: string[] = [];

  constructor(tools: MaskingTools) {
    this.#tools = tools;
  }

  /** @param parsed a segment, a subsegment, or a list of them. */
  document(parsed: unknown): unknown {
    if (!Array.isArray(parsed)) return this.#entity(parsed, 0);
    return this.#each(parsed, (element) => this.#entity(element, 1));
  }

  #entity(raw: unknown, depth: number): unknown {
    if (!isObject(raw)) return this.#value(raw, undefined, [], depth);
    if (depth > depthMax) return this.#tooDeep();
    const begin = this.#tools.begin;
    return this.#object(raw, (key, value) => {
      if (key === "subsegments" && Array.isArray(value))
        return this.#each(value, (child) => this.#entity(child, depth + 2));
      if (isKept(key, value)) return value;
      if (key === "links" && Array.isArray(value)) return this.#each(value, (link) => this.#reference(link, depth + 2));
      if (key === "cause" && isEntityId(value)) return value;
      return this.#value(value, structural.has(key) ? undefined : key, stepped(begin, key), depth + 1);
    });
  }

  /** What names another segment, or an exception. */
  #reference(raw: unknown, depth: number): unknown {
    if (!isObject(raw)) return this.#value(raw, undefined, [], depth);
    return this.#object(raw, (key, value) => (isKept(key, value) ? value : this.#value(value, key, [], depth + 1)));
  }

  /** @param name what the value is named; undefined where no rule of names reaches. */
  #value(value: unknown, name: string | undefined, active: Active, depth: number): unknown {
    if (value === null || value === undefined || value === "") return value;
    if (active.length === 0 && this.#tools.text.isEmpty) return value;
    const rule = active.find(({ pattern, states }) => pattern.isMet(states))?.rule ?? this.#ruleOfName(name);
    if (rule !== undefined) return this.#whole(rule, value);
    if (typeof value === "string") return this.#text(value, active, depth);
    if (typeof value === "number") return this.#number(value);
    if (typeof value !== "object") return value;
    if (depth > depthMax) return this.#tooDeep();
    if (Array.isArray(value)) return this.#list(value, active, depth);
    const named = this.#nameInside(value as Raw);
    return this.#object(value as Raw, (key, item) =>
      named !== undefined && isValueMember(key)
        ? this.#whole(named, item)
        : key === "id" && isEntityId(item)
          ? item
          : this.#value(item, key, stepped(active, key), depth + 1),
    );
  }

  #ruleOfName(name: string | undefined): MaskingRule | undefined {
    return name === undefined ? undefined : this.#tools.text.ruleOfName(name);
  }

  /** `{"name": "authorization", "value": …}`, as some write headers. */
  #nameInside(raw: Raw): MaskingRule | undefined {
    for (const key of ["name", "key", "header", "Name", "Key"]) {
      const name = raw[key];
      if (typeof name === "string" && Object.keys(raw).some(isValueMember)) return this.#ruleOfName(name);
    }
    return undefined;
  }

  /** `["authorization", …]`, as others do. */
  #list(items: unknown[], active: Active, depth: number): unknown[] {
    let before: unknown;
    return this.#each(items, (item, index) => {
      const rule = typeof before === "string" && index % 2 === 1 ? this.#ruleOfName(before) : undefined;
      before = item;
      return rule === undefined ? this.#value(item, undefined, active, depth + 1) : this.#whole(rule, item);
    });
  }

  #each(items: unknown[], mask: (item: unknown, index: number) => unknown): unknown[] {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const masked = mask(item, index);
      if (masked !== item) items[index] = masked;
    }
    return items;
  }

  #object(raw: Raw, mask: (key: string, value: unknown) => unknown): Raw {
    const names = new Map<string, string>();
    for (const key of Object.keys(raw)) {
      const name = this.#tools.text.detect(key, (rule, found) => this.#replaced(rule, found));
      if (name !== key) names.set(key, name);
      this.#path.push(name);
      const value = raw[key];
      const masked = mask(key, value);
      this.#path.pop();
      // Not by assignment: a key may be __proto__.
      if (masked !== value)
        Object.defineProperty(raw, key, { value: masked, enumerable: true, writable: true, configurable: true });
    }
    return names.size === 0 ? raw : renamed(raw, names);
  }

  #text(text: string, active: Active, depth: number): string {
    const nested = this.#nested(text, active, depth);
    return nested ?? this.#tools.text.mask(text, (rule, value) => this.#replaced(rule, value));
  }

  /** JSON within a text is looked through as if it stood there itself. */
  #nested(text: string, active: Active, depth: number): string | undefined {
    if (!/^\s*[{["]/.test(text)) return undefined;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return undefined;
    }
    const changedBefore = this.changed;
    this.changed = false;
    const masked = this.#value(parsed, undefined, active, depth + 1);
    const differs = this.changed || saysTwice(text, parsed);
    this.changed = changedBefore || differs;
    return differs ? JSON.stringify(masked) : text;
  }

  #number(value: number): unknown {
    if (!Number.isSafeInteger(value)) return value;
    const text = String(value);
    const masked = this.#tools.text.detect(text, (rule, found) => this.#replaced(rule, found));
    return masked === text ? value : masked;
  }

  #whole(rule: MaskingRule, value: unknown): unknown {
    if (value === null || value === "") return value;
    if (Array.isArray(value)) return value.map((item) => this.#whole(rule, item));
    if (typeof value === "object" && rule.replacement !== "HASH")
      return this.#replaced({ ...rule, replacement: "MARK" }, "");
    return this.#replaced(rule, typeof value === "string" ? value : JSON.stringify(value));
  }

  #replaced(rule: MaskingRule, value: string): string {
    this.changed = true;
    this.#tools.count?.(rule, this.#path);
    return replacementOf(rule, value, this.#tools.hash);
  }

  #tooDeep(): string {
    this.changed = true;
    return mark;
  }
}

/** It is made of characters that names of segments and URLs may hold. */
export function replacementOf(rule: MaskingRule, value: string, hash: (value: string) => string): string {
  if (rule.replacement === "HASH") return `${mark}-${hash(value)}`;
  if (rule.replacement === "LAST4" && value.length >= lastCharactersFrom)
    return `${mark}-${value.slice(-4).replace(/[^\p{L}\p{N}]/gu, "_")}`;
  return mark;
}

/** Whether the text has more members than what was read of it: of one that is there twice only the last is. */
export function saysTwice(text: string, parsed: unknown): boolean {
  return membersIn(text) !== membersIn(JSON.stringify(parsed));
}

/** Members of objects in a text of JSON: its colons outside of quotes. */
function membersIn(text: string): number {
  let count = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === 0x5c) index++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x3a) count++;
  }
  return count;
}

function isKept(key: string, value: unknown): boolean {
  if (key === "trace_id") return typeof value === "string" && isTraceId(value);
  if (key === "id" || key === "parent_id") return isEntityId(value);
  if (key === "start_time" || key === "end_time") return typeof value === "number";
  return key === "precursor_ids" && Array.isArray(value) && value.every(isEntityId);
}

function isValueMember(key: string): boolean {
  return /^values?$/i.test(key);
}

function stepped(active: Active, key: string): Active {
  let next: ActivePath[] | undefined;
  for (const { rule, pattern, states } of active) {
    const further = pattern.step(states, key);
    if (further.length === 0) continue;
    next ??= [];
    next.push({ rule, pattern, states: further });
  }
  return next ?? none;
}

const none: Active = [];

/** Names that became the same are told apart by a number. */
function renamed(raw: Raw, names: ReadonlyMap<string, string>): Raw {
  const seen = new Map<string, number>();
  const entries = Object.entries(raw).map(([key, value]): [string, unknown] => {
    const name = names.get(key) ?? key;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return [before === 0 ? name : `${name}-${before + 1}`, value];
  });
  return Object.fromEntries(entries); // safe for a key such as __proto__
}

function isObject(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
