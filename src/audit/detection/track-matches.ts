import { type Memory, track } from "../sigma/tracking.js";
import { hashOf, type Match } from "./rule-set.js";

/** What rules remember; in the settings, or of one replay. */
export interface RuleMemory {
  /** When the rule began to look at this account. */
  since(match: Match): Promise<number>;
  read(match: Match, item: string): Promise<Memory | undefined>;
  /** Called once for each item that changed. */
  write(match: Match, item: string, memory: Memory): Promise<void>;
}

export interface Found {
  /** The match that made it a finding. */
  readonly match: Match;
  readonly eventIds: readonly string[];
  readonly detail: string;
}

/** A value's last time is written again only after so long: it is compared with days. */
const lastTimeStepMs = 3_600_000;

/** What is found when these matches, all of one account, are added to what is remembered. */
export async function trackMatches(matches: readonly Match[], memory: RuleMemory): Promise<Found[]> {
  const found: Found[] = [];
  const held = new Map<string, { match: Match; item: string; before: Memory | undefined; now: Memory | undefined }>();
  for (const match of [...matches].sort((left, right) => left.timeMs - right.timeMs)) {
    const { tracking } = match.rule;
    if (tracking.kind === "each") {
      found.push({ match, eventIds: [match.eventId], detail: "" });
      continue;
    }
    const sinceMs = tracking.kind === "new-value" ? await memory.since(match) : 0;
    for (const { item, seen } of itemsOf(match)) {
      const key = `${match.ruleId}\n${item}`;
      let place = held.get(key);
      if (place === undefined) {
        const before = await memory.read(match, item);
        place = { match, item, before, now: before };
        held.set(key, place);
      }
      const tracked = track(tracking, place.now, seen, sinceMs);
      place.now = tracked.memory;
      if (tracked.found) found.push({ match, ...tracked.found });
    }
  }
  for (const { match, item, before, now } of held.values())
    if (now !== undefined && now !== before && !isSameValue(before, now)) await memory.write(match, item, now);
  return found;
}

/** A group is one item; of new values each one is. */
function itemsOf(match: Match): { readonly item: string; readonly seen: Match }[] {
  if (match.rule.tracking.kind !== "new-value") return [{ item: hashOf([match.group]), seen: match }];
  return match.values.map((value) => ({ item: valueItem(match, value), seen: { ...match, values: [value] } }));
}

export function valueItem(match: Match, value: string): string {
  return hashOf([match.group, value]);
}

function isSameValue(before: Memory | undefined, now: Memory): boolean {
  return before?.lastMs !== undefined && now.lastMs !== undefined && now.lastMs - before.lastMs < lastTimeStepMs;
}
