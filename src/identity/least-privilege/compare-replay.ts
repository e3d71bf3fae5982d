import type { AccessGroup } from "../../storage/access-history.js";
import { inTurns } from "../../storage/in-turns.js";
import type { Decision } from "../access.js";
import { endOf, type ReplayedPolicies, type ReplayedPrincipal, type ReplayedQuestion, replay } from "./replay.js";

/**
 * How a replayed answer differs from the recorded one: a call that went on would have been refused, one that was
 * refused would have gone on, or a call would have had less or more to show for itself, since it asks for something it
 * can do without.
 */
export type Change = "REFUSED" | "ALLOWED" | "NARROWED" | "WIDENED";

/** Calls that differ in the same way, by the same question. */
export interface Difference {
  readonly change: Change;
  readonly action: string;
  readonly resource: string;
  readonly calls: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Why not, in IAM's words. */
  readonly message?: string;
  /** The latest calls, of different groups. */
  readonly examples: readonly { readonly eventId: string; readonly timeMs: number }[];
}

export interface ComparedReplay {
  readonly calls: number;
  readonly refusedCalls: number;
  readonly allowedCalls: number;
  readonly narrowedCalls: number;
  readonly widenedCalls: number;
  /** Calls that asked for more than is kept of one, judged by what is kept. */
  readonly incompleteCalls: number;
  /** Calls that were recorded without what they asked. */
  readonly unknownCalls: number;
  readonly differenceCount: number;
  /** The refused ones first, then those of most calls; at most `differencesMax` of them. */
  readonly differences: readonly Difference[];
}

const examplesMax = 5;
/** Nobody reads more, and each is up to a kilobyte. */
const differencesMax = 10_000;
const order: readonly Change[] = ["REFUSED", "ALLOWED", "NARROWED", "WIDENED"];

/** Replays groups of calls and compares the answers with those that were recorded. */
export async function compareReplay(
  principal: ReplayedPrincipal,
  groups: readonly AccessGroup[],
  policies: ReplayedPolicies,
): Promise<ComparedReplay> {
  const differences = new Map<string, Difference>();
  const changed: Record<Change, number> = { REFUSED: 0, ALLOWED: 0, NARROWED: 0, WIDENED: 0 };
  let [calls, incompleteCalls, unknownCalls] = [0, 0, 0];
  for await (const group of inTurns(groups)) {
    const replayed = replay(principal, group, policies);
    if (replayed === undefined) {
      unknownCalls += group.calls;
      continue;
    }
    calls += group.calls;
    if (!replayed.complete) incompleteCalls += group.calls;
    const found = changesOf(replayed.questions);
    for (const change of new Set(found.map(([name]) => name))) changed[change] += group.calls;
    for (const [change, question] of found) {
      const { action, resource } = question.question.access;
      const key = JSON.stringify([change, action, resource]);
      differences.set(key, joined(differences.get(key), change, question, group));
    }
  }
  return {
    calls,
    refusedCalls: changed.REFUSED,
    allowedCalls: changed.ALLOWED,
    narrowedCalls: changed.NARROWED,
    widenedCalls: changed.WIDENED,
    incompleteCalls,
    unknownCalls,
    differenceCount: differences.size,
    differences: [...differences.values()]
      .sort(
        (one, other) =>
          order.indexOf(one.change) - order.indexOf(other.change) ||
          other.calls - one.calls ||
          compared(one.action, other.action) ||
          compared(one.resource, other.resource),
      )
      .slice(0, differencesMax),
  };
}

function compared(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function changesOf(questions: readonly ReplayedQuestion[]): [Change, ReplayedQuestion][] {
  const ended = endOf(questions);
  const refused = questions.find(({ question }) => question.demanded && !question.allowed);
  if (ended !== undefined && refused === undefined) return [["REFUSED", ended]];
  if (ended === undefined && refused !== undefined) return [["ALLOWED", refused]];
  // A call that is refused shows nothing, so it cannot show less.
  if (ended !== undefined) return [];
  return questions.flatMap((one): [Change, ReplayedQuestion][] => {
    const [was, would] = [shareOf(one.question), shareOf({ ...one.decision, limited: isLimited(one.decision) })];
    return was === would ? [] : [[was < would ? "WIDENED" : "NARROWED", one]];
  });
}

/** Nothing, some rows, or all. Of two that are some rows, nobody knows which has more. */
function shareOf({ allowed, limited }: { readonly allowed: boolean; readonly limited: boolean }): number {
  if (!allowed) return 0;
  return limited ? 1 : 2;
}

function isLimited(decision: Decision): boolean {
  return decision.allowed && decision.rows !== undefined;
}

function joined(
  before: Difference | undefined,
  change: Change,
  { question, decision }: ReplayedQuestion,
  group: AccessGroup,
): Difference {
  const { action, resource } = question.access;
  const examples = [...(before?.examples ?? []), { eventId: group.lastEventId, timeMs: group.lastMs }];
  return {
    change,
    action,
    resource,
    calls: group.calls + (before?.calls ?? 0),
    firstMs: Math.min(group.firstMs, before?.firstMs ?? group.firstMs),
    lastMs: Math.max(group.lastMs, before?.lastMs ?? group.lastMs),
    ...(!decision.allowed && { message: decision.message }),
    examples: examples.sort((one, other) => other.timeMs - one.timeMs).slice(0, examplesMax),
  };
}
