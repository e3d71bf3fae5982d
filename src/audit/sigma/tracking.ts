/** How what a rule matches becomes a finding. */
export type Tracking =
  /** Each match is one. */
  | { readonly kind: "each" }
  /** So many matches, or distinct values of a field, of one group within a time. */
  | { readonly kind: "event-count" | "value-count"; readonly timespanMs: number; readonly count: number }
  /** So many of the rules, in their order or not, of one group within a time. */
  | { readonly kind: "temporal"; readonly ordered: boolean; readonly timespanMs: number; readonly count: number }
  /** A value that was not seen for so long; none while it learns what there is. */
  | { readonly kind: "new-value"; readonly learnMs: number; readonly rememberMs: number }
  /** More in a time than so many times the most in such times of the group's own past. */
  | {
      readonly kind: "volume";
      readonly perMs: number;
      readonly pastMs: number;
      readonly times: number;
      readonly least: number;
      readonly learnMs: number;
    }
  /** A number that is lower than it was. */
  | { readonly kind: "decrease" };

/** Largest count of a correlation: what is remembered of a group is as large. */
export const countMax = 1_000;

/** A match, reduced to what tracking needs of it. */
export interface Observation {
  /** Which of the rule's documents matched. */
  readonly base: number;
  readonly timeMs: number;
  readonly eventId: string;
  /** Of the rule's field, each once, in short. */
  readonly values: readonly string[];
  readonly number?: number;
}

/** What is remembered of one group; JSON. `ids` are the last events that count. */
export interface Memory {
  readonly times?: readonly number[];
  readonly values?: readonly (readonly [value: string, timeMs: number])[];
  readonly begun?: Readonly<Record<string, number>>;
  readonly ids?: readonly string[];
  readonly number?: number;
  readonly lastMs?: number;
  readonly firstMs?: number;
  readonly bucketMs?: number;
  readonly count?: number;
  readonly fired?: boolean;
  readonly past?: readonly (readonly [bucketMs: number, count: number])[];
}

export interface Tracked {
  readonly memory: Memory;
  /** Set if there is a finding: the events it rests on, and what was found in a few words. */
  readonly found?: { readonly eventIds: readonly string[]; readonly detail: string };
}

const idsMax = 10;

/** How long what is remembered matters after the last match. */
export function memoryMs(tracking: Tracking): number {
  switch (tracking.kind) {
    case "each":
      return 0;
    case "event-count":
    case "value-count":
    case "temporal":
      return tracking.timespanMs;
    case "new-value":
      return tracking.rememberMs;
    case "volume":
      return tracking.pastMs;
    case "decrease":
      return 365 * 86_400_000;
  }
}

/**
 * One step: what is remembered of a group, or of a value of it, and one more match. Changes nothing of what it is given.
 *
 * @param sinceMs when the rule began to look: what it learns it learns from there.
 */
export function track(tracking: Tracking, memory: Memory | undefined, seen: Observation, sinceMs: number): Tracked {
  switch (tracking.kind) {
    case "each":
      return { memory: {}, found: { eventIds: [seen.eventId], detail: "" } };
    case "event-count":
      return countEvents(tracking, memory ?? {}, seen);
    case "value-count":
      return countValues(tracking, memory ?? {}, seen);
    case "temporal":
      return tracking.ordered ? follow(tracking, memory ?? {}, seen) : gather(tracking, memory ?? {}, seen);
    case "new-value": {
      const lastMs = memory?.lastMs;
      const known = lastMs !== undefined && seen.timeMs - lastMs <= tracking.rememberMs;
      const learning = seen.timeMs < sinceMs + tracking.learnMs;
      const found = !known &&
        !learning && { eventIds: [seen.eventId], detail: `${seen.values[0] ?? ""} was never seen before` };
      return { memory: { lastMs: Math.max(seen.timeMs, lastMs ?? 0) }, ...(found && { found }) };
    }
    case "volume":
      return addUp(tracking, memory ?? {}, seen);
    case "decrease": {
      const { number } = seen;
      if (number === undefined) return { memory: memory ?? {} };
      const before = memory?.number;
      const found = before !== undefined &&
        number < before && { eventIds: [seen.eventId], detail: `${number}, after ${before}` };
      return { memory: { number }, ...(found && { found }) };
    }
  }
}

type Counting = Extract<Tracking, { kind: "event-count" | "value-count" }>;
type Temporal = Extract<Tracking, { kind: "temporal" }>;
type Volume = Extract<Tracking, { kind: "volume" }>;

const idsWith = (ids: readonly string[] | undefined, id: string) => [...(ids ?? []), id].slice(-idsMax);
const spanText = (ms: number) =>
  ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;

/** The times of the last `count` matches are enough: whether they lie close together is all that is asked. */
function countEvents({ timespanMs, count }: Counting, memory: Memory, seen: Observation): Tracked {
  const all = [...(memory.times ?? []), seen.timeMs].sort((left, right) => left - right);
  const times = all.filter((timeMs) => timeMs > all.at(-1)! - timespanMs).slice(-count);
  const ids = idsWith(times.length === 1 ? [] : memory.ids, seen.eventId);
  if (times.length < count) return { memory: { times, ids } };
  return { memory: {}, found: { eventIds: ids, detail: `${count} events within ${spanText(timespanMs)}` } };
}

function countValues({ timespanMs, count }: Counting, memory: Memory, seen: Observation): Tracked {
  const latest = new Map(memory.values ?? []);
  const ids = idsWith(memory.ids, seen.eventId);
  for (const value of seen.values) latest.set(value, Math.max(seen.timeMs, latest.get(value) ?? 0));
  const newestMs = Math.max(...latest.values(), seen.timeMs);
  const values = [...latest]
    .filter(([, timeMs]) => timeMs > newestMs - timespanMs)
    .sort(([, left], [, right]) => left - right);
  if (values.length < count) return { memory: { values: values.slice(-count), ids } };
  return { memory: {}, found: { eventIds: ids, detail: `${values.length} values within ${spanText(timespanMs)}` } };
}

/** In any order: when each rule matched last. */
function gather({ timespanMs, count }: Temporal, memory: Memory, seen: Observation): Tracked {
  const begun: Record<string, number> = {
    ...memory.begun,
    [seen.base]: Math.max(seen.timeMs, memory.begun?.[seen.base] ?? 0),
  };
  const newestMs = Math.max(...Object.values(begun));
  const recent = Object.entries(begun).filter(([, timeMs]) => timeMs > newestMs - timespanMs);
  const ids = idsWith(memory.ids, seen.eventId);
  if (recent.length < count) return { memory: { begun: Object.fromEntries(recent), ids } };
  return { memory: {}, found: { eventIds: ids, detail: `${recent.length} rules within ${spanText(timespanMs)}` } };
}

/** In their order: of every rule, when the latest sequence that leads up to it began. */
function follow({ timespanMs, count }: Temporal, memory: Memory, seen: Observation): Tracked {
  const beganMs = seen.base === 0 ? seen.timeMs : memory.begun?.[seen.base - 1];
  if (beganMs === undefined || seen.timeMs < beganMs || seen.timeMs - beganMs > timespanMs) return { memory };
  const ids = idsWith(memory.ids, seen.eventId);
  if (seen.base === count - 1)
    return {
      memory: {},
      found: { eventIds: ids, detail: `${count} rules in their order within ${spanText(timespanMs)}` },
    };
  return { memory: { begun: { ...memory.begun, [seen.base]: beganMs }, ids } };
}

/** Times without matches are not kept; what was a finding is part of the past, so that a lasting change is told once. */
function addUp(tracking: Volume, memory: Memory, seen: Observation): Tracked {
  const { perMs, pastMs, times, least, learnMs } = tracking;
  const bucketMs = Math.floor(seen.timeMs / perMs) * perMs;
  const firstMs = Math.min(memory.firstMs ?? seen.timeMs, seen.timeMs);
  const amount = seen.number ?? 1;
  const isLater = memory.bucketMs !== undefined && bucketMs > memory.bucketMs;
  if (memory.bucketMs !== undefined && bucketMs < memory.bucketMs) {
    const past = (memory.past ?? []).map(([at, count]) => [at, at === bucketMs ? count + amount : count] as const);
    return { memory: { ...memory, firstMs, past } };
  }
  const ended = isLater
    ? [...(memory.past ?? []), [memory.bucketMs!, memory.count ?? 0] as const]
    : (memory.past ?? []);
  const past = ended.filter(([at]) => at > bucketMs - pastMs);
  const count = amount + (isLater ? 0 : (memory.count ?? 0));
  const fired = !isLater && memory.fired === true;
  const usual = Math.max(0, ...past.map(([, each]) => each));
  const isFound = !fired && seen.timeMs >= firstMs + learnMs && count >= least && count > times * usual;
  const next = { firstMs, bucketMs, count, past, fired: fired || isFound };
  if (!isFound) return { memory: next };
  const detail = `${count} within ${spanText(perMs)}, after at most ${usual} in its past`;
  return { memory: next, found: { eventIds: [seen.eventId], detail } };
}
