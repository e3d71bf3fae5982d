import { createHash } from "node:crypto";
import { callerOf, type SigmaEvent, textOf } from "../sigma/fields.js";
import { numberOf } from "../sigma/modifiers.js";
import type { DetectionRule, RuleBase } from "../sigma/rule.js";
import type { Observation } from "../sigma/tracking.js";

/** A rule as an account has it. */
export interface AccountRule {
  readonly ruleId: string;
  readonly rule: DetectionRule;
}

/** Of which event a match tells. */
export interface MatchedEvent extends SigmaEvent {
  readonly eventId: string;
  readonly timeMs: number;
  readonly region: string;
}

/** A match, reduced to what is needed to track it and to tell of it. */
export interface Match extends Observation {
  readonly ruleId: string;
  readonly rule: DetectionRule;
  readonly region: string;
  readonly caller: string;
  readonly group: string;
  readonly eventName: string;
  readonly sourceAddress: string;
}

interface Entry {
  readonly ruleId: string;
  readonly rule: DetectionRule;
  readonly base: RuleBase;
  readonly index: number;
}

const valueCharsMax = 256;
const valuesMax = 1_000;

/** Rules in force, looked up by name and source of an event, so that it meets only those it may match. */
export class RuleSet {
  readonly #byName = new Map<string, Entry[]>();
  readonly #bySource = new Map<string, Entry[]>();
  readonly #always: Entry[] = [];
  readonly #isOutside: ((timeMs: number) => boolean) | undefined;
  readonly #onFailure: (ruleId: string, reason: unknown) => void;

  /** @param isOutside whether a moment is out of hours; without it, rules about that match nothing. */
  constructor(
    rules: readonly AccountRule[],
    isOutside: ((timeMs: number) => boolean) | undefined,
    onFailure: (ruleId: string, reason: unknown) => void,
  ) {
    this.#isOutside = isOutside;
    this.#onFailure = onFailure;
    for (const { ruleId, rule } of rules)
      for (const [index, base] of rule.bases.entries()) {
        const entry = { ruleId, rule, base, index };
        const { names, sources } = base.anchor;
        if (names) for (const name of names) push(this.#byName, name, entry);
        else if (sources) for (const source of sources) push(this.#bySource, source, entry);
        else this.#always.push(entry);
      }
  }

  matches(event: MatchedEvent): Match[] {
    const found: Match[] = [];
    const { eventName, eventSource } = event.record;
    const meet = (entries: readonly Entry[] | undefined) => {
      for (const entry of entries ?? []) {
        const match = this.#match(entry, event);
        if (match) found.push(match);
      }
    };
    meet(this.#byName.get(typeof eventName === "string" ? eventName.toLowerCase() : ""));
    meet(this.#bySource.get(typeof eventSource === "string" ? eventSource.toLowerCase() : ""));
    meet(this.#always);
    return found;
  }

  /** A rule that fails on an event does not hold up the record: it is told of, and the event is no match. */
  #match({ ruleId, rule, base, index }: Entry, event: MatchedEvent): Match | undefined {
    try {
      if (!base.test(event)) return undefined;
      if (rule.outsideHours && this.#isOutside?.(event.timeMs) !== true) return undefined;
      return matchOf({ ruleId, rule, base, index }, event);
    } catch (reason) {
      this.#onFailure(ruleId, reason);
      return undefined;
    }
  }
}

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const entries = map.get(key);
  if (entries) entries.push(entry);
  else map.set(key, [entry]);
}

function matchOf({ ruleId, rule, base, index }: Entry, event: MatchedEvent): Match {
  const { record } = event;
  const values = (base.field?.values(event) ?? []).slice(0, valuesMax);
  const { kind } = rule.tracking;
  const group = base.groupBy.map((field) => field.values(event).map(textOf).join().slice(0, valueCharsMax));
  return {
    ruleId,
    rule,
    base: index,
    eventId: event.eventId,
    timeMs: event.timeMs,
    region: event.region,
    caller: callerOf(record).slice(0, valueCharsMax * 4),
    group: group.join("\n"),
    // Distinct values are counted by their hashes: what is remembered stays small however long they are.
    values: [
      ...new Set(values.map(textOf).map(kind === "value-count" ? shortHash : (text) => text.slice(0, valueCharsMax))),
    ],
    ...numberSeen(kind, base, values),
    eventName: textOf(record["eventName"] ?? "").slice(0, valueCharsMax),
    sourceAddress: textOf(record["sourceIPAddress"] ?? "").slice(0, valueCharsMax),
  };
}

/** What a volume adds up: values of its field, or events. What may decrease: its field. */
function numberSeen(kind: string, base: RuleBase, values: readonly unknown[]): { number?: number } {
  if (kind === "volume") return { number: base.field === undefined ? 1 : values.length };
  const number = kind === "decrease" ? numberOf(values[0]) : undefined;
  return number === undefined ? {} : { number };
}

function shortHash(text: string): string {
  return hashOf([text]).slice(0, 12);
}

export function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}
