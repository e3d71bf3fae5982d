import { accountState, knownRules } from "../audit/detection/account-rules.js";
import { hoursTest } from "../audit/detection/alert-configuration.js";
import { type Match, RuleSet } from "../audit/detection/rule-set.js";
import { storeFindings } from "../audit/detection/store-findings.js";
import { storedMemory } from "../audit/detection/stored-memory.js";
import { trackMatches, valueItem } from "../audit/detection/track-matches.js";
import { parsedRecord } from "../audit/parsed-record.js";
import type { Environment } from "../environment.js";
import type { CommittedEvent } from "../storage/event-store.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import type { FollowedRange, FollowedWork, RecordFollower } from "./follow-record.js";

/** Values of "never seen before" that are known to be stored: they need not be looked up each time. */
const knownValuesMax = 50_000;
/** A known value is stored again after so long, so that it is not forgotten. */
const knownValueMs = 3_600_000;
/** Findings that are kept, by their last event: as long as the record, and no more of an account. */
const findingsPerAccountMax = 20_000;

/**
 * Matches the detection rules of every account with every event, soon after it is durable. Matching writes nothing; what
 * rules remember, findings and alerts change in the transaction that ends a range, so an event counts once, whatever
 * happens and however many processes there are.
 */
export function createDetection(deps: {
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly eventRetentionDays: number;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, environment } = deps;
  const { clock, ids } = environment;
  const sets = new Map<string, { readonly revision: number; readonly rules: RuleSet }>();
  const knownValues = new Map<string, number>();
  /** By stream: values that are stored if the range that ended there was committed. */
  const unconfirmed = new Map<string, { readonly untilCommit: number; readonly values: ReadonlyMap<string, number> }>();
  const failed = new Set<string>();

  async function ruleSetOf(accountId: string, revisions: ReadonlyMap<string, number>): Promise<RuleSet> {
    const revision = revisions.get(accountId) ?? 0;
    const known = sets.get(accountId);
    if (known?.revision === revision) return known.rules;
    const { configuration } = await accountState(settings.read, accountId);
    const enabled = (await knownRules(settings.read, accountId)).filter((rule) => rule.enabled);
    const rules = new RuleSet(enabled, hoursTest(configuration.hours), (ruleId, reason) => {
      const key = `${accountId} ${ruleId} ${revision}`;
      if (!failed.has(key)) deps.reportFailure(`the detection rule ${ruleId} of ${accountId}`, reason);
      failed.add(key);
    });
    sets.set(accountId, { revision, rules });
    return rules;
  }

  /** What the range before this one stored is known now, if that range was not in vain. */
  function confirm(range: FollowedRange): void {
    const before = unconfirmed.get(range.streamId);
    unconfirmed.delete(range.streamId);
    if (before === undefined || before.untilCommit > range.afterCommit) return;
    if (knownValues.size > knownValuesMax) knownValues.clear();
    for (const [key, timeMs] of before.values) knownValues.set(key, timeMs);
  }

  function isKnown(accountId: string, match: Match): boolean {
    if (match.rule.tracking.kind !== "new-value") return false;
    return match.values.every((value) => {
      const storedMs = knownValues.get(keyOf(accountId, match, value));
      return storedMs !== undefined && match.timeMs - storedMs < knownValueMs;
    });
  }

  async function begin(range: FollowedRange): Promise<FollowedWork> {
    confirm(range);
    const rows = await settings.read.selectFrom("detection_accounts").select(["account_id", "revision"]).execute();
    const revisions = new Map(rows.map((row) => [row.account_id, row.revision]));
    const matches = new Map<string, Match[]>();

    async function take(events: readonly CommittedEvent[]): Promise<void> {
      for (const event of events) {
        const rules = await ruleSetOf(event.accountId, revisions);
        for (const match of rules.matches(matchedEvent(event))) {
          if (isKnown(event.accountId, match)) continue;
          const held = matches.get(event.accountId);
          if (held) held.push(match);
          else matches.set(event.accountId, [match]);
        }
      }
    }

    async function settle(tx: SettingsTransaction): Promise<void> {
      const values = new Map<string, number>();
      for (const [accountId, held] of matches) {
        const found = await trackMatches(held, storedMemory(tx, accountId));
        const { configuration } = await accountState(tx, accountId);
        await storeFindings(tx, found, { accountId, configuration, ids, nowMs: clock.nowMs() });
        for (const match of held)
          if (match.rule.tracking.kind === "new-value")
            for (const value of match.values) values.set(keyOf(accountId, match, value), match.timeMs);
      }
      unconfirmed.set(range.streamId, { untilCommit: range.untilCommit, values });
    }

    return { take, settle };
  }

  /** Forgets what does not matter any more, and the oldest findings. */
  async function tidy(): Promise<void> {
    const nowMs = clock.nowMs();
    const oldMs = nowMs - deps.eventRetentionDays * 24 * 60 * 60_000;
    const accounts = await settings.read
      .selectFrom("detection_findings")
      .select("account_id")
      .select((query) => query.fn.countAll<number>().as("count"))
      .groupBy("account_id")
      .execute();
    await settings.transact(async (tx) => {
      await tx.deleteFrom("detection_memories").where("forget_ms", "<", nowMs).execute();
      await tx.deleteFrom("detection_findings").where("last_ms", "<", oldMs).execute();
      for (const { account_id, count } of accounts) {
        if (Number(count) <= findingsPerAccountMax) continue;
        const last = await tx
          .selectFrom("detection_findings")
          .select("last_ms")
          .where("account_id", "=", account_id)
          .orderBy("last_ms", "desc")
          .offset(findingsPerAccountMax)
          .limit(1)
          .executeTakeFirst();
        if (last === undefined) continue;
        await tx
          .deleteFrom("detection_findings")
          .where("account_id", "=", account_id)
          .where("last_ms", "<=", last.last_ms)
          .execute();
      }
    });
  }

  const follower: RecordFollower = { name: "detection", begin };
  return { follower, tidy };
}

function keyOf(accountId: string, match: Match, value: string): string {
  return `${accountId} ${match.ruleId} ${match.rule.memoryVersion} ${valueItem(match, value)}`;
}

function matchedEvent(event: CommittedEvent) {
  return {
    record: parsedRecord(event),
    text: event.record,
    eventId: event.eventId,
    timeMs: event.eventTimeMs,
    region: event.region,
  };
}
