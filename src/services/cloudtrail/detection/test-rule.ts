import { accountState, findRule } from "../../../audit/detection/account-rules.js";
import { hoursTest } from "../../../audit/detection/alert-configuration.js";
import { type Match, RuleSet } from "../../../audit/detection/rule-set.js";
import { type Found, type RuleMemory, trackMatches } from "../../../audit/detection/track-matches.js";
import { management } from "../../../audit/event.js";
import { isoSeconds } from "../../../audit/parameters.js";
import type { Memory } from "../../../audit/sigma/tracking.js";
import { ruleCharsMax } from "../../../audit/sigma/yaml-documents.js";
import type { EventPosition, EventRow } from "../../../storage/event-store.js";
import { extensionRoute } from "../../extension-route.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkMembers, type Input, rangeOf, ruleIdOf, textMember } from "./members.js";
import { compiledRule, ruleAccess, ruleNotFound } from "./rules.js";

const dayMs = 24 * 60 * 60_000;
const rangeDaysMax = 90;
const pageSize = 1_000;
/** Events read of a period, the newest: some two seconds of work. */
const eventsMax = 50_000;
const matchesMax = 20_000;
const findingsShownMax = 100;
const eventIdsShownMax = 10;

/**
 * What a rule, or an edit of one, would have found in the recorded events of a period, of the caller's region. It
 * remembers nothing of it, and nobody is told. A rule that learns does so from the beginning of the period.
 */
export const testDetectionRule = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "TestDetectionRule",
      readOnly: true,
      event: management,
      access: ruleAccess("TestDetectionRule"),
      recordedRequest: (input) => ({
        ruleId: input["RuleId"],
        ruleText: input["RuleText"],
        startTime: input["StartTime"],
        endTime: input["EndTime"],
      }),

      async execute(input, call) {
        checkMembers(input, ["RuleId", "RuleText", "StartTime", "EndTime"]);
        const { ruleId, rule } = await ruleOf(deps, input, call);
        const range = rangeOf(input, call.nowMs, dayMs);
        if (range.untilMs - range.fromMs > rangeDaysMax * dayMs)
          throw cloudTrailError("InvalidTimeRange", `At most ${rangeDaysMax} days can be looked at.`);
        const { configuration } = await accountState(deps.settings.read, call.accountId);
        const rules = new RuleSet([{ ruleId, rule }], hoursTest(configuration.hours), (_, reason) => {
          throw reason;
        });
        const { matches, scanned, complete, oldestMs } = await replay(deps, call, range, rules);
        const learnsFromMs = complete ? range.fromMs : oldestMs;
        const found = await trackMatches(matches, passingMemory(learnsFromMs));
        const { tracking } = rule;
        return {
          ScannedEvents: scanned,
          MatchedEvents: matches.length,
          // Where there were more events than are read, the newest were looked at.
          Complete: complete,
          ...(!complete && { ScannedFromTime: oldestMs / 1000 }),
          ...(tracking.kind === "new-value" && { LearningUntil: (learnsFromMs + tracking.learnMs) / 1000 }),
          FindingCount: found.length,
          Findings: found.slice(-findingsShownMax).map(shown),
        };
      },
    }),
  );

async function ruleOf(deps: CloudTrailDeps, input: Input, call: Call) {
  const text = textMember(input, "RuleText", ruleCharsMax);
  if (text !== undefined) return { ruleId: textMember(input, "RuleId", 128) ?? "tested", rule: compiledRule(text) };
  const ruleId = ruleIdOf(input);
  const known = await findRule(deps.settings.read, call.accountId, ruleId);
  if (known === undefined) throw ruleNotFound(ruleId);
  return known;
}

/** Reads backwards, as events are looked up, and keeps what matched. */
async function replay(
  deps: CloudTrailDeps,
  call: Call,
  range: { readonly fromMs: number; readonly untilMs: number },
  rules: RuleSet,
): Promise<{ matches: Match[]; scanned: number; complete: boolean; oldestMs: number }> {
  const matches: Match[] = [];
  let scanned = 0;
  let after: EventPosition | undefined;
  const scope = { accountId: call.accountId, region: call.region };
  for (;;) {
    const page: EventRow[] = await deps.events.lookup(scope, {
      ...range,
      categories: ["Management", "Data"],
      limit: pageSize,
      ...(after && { after }),
    });
    for (const event of page) {
      const { eventId, eventTimeMs: timeMs, region, record: text } = event;
      const record = JSON.parse(text) as Record<string, unknown>;
      matches.push(...rules.matches({ record, text, eventId, timeMs, region }));
    }
    scanned += page.length;
    const last = page.at(-1);
    after = last && { eventTimeMs: last.eventTimeMs, eventId: last.eventId };
    const oldestMs = last?.eventTimeMs ?? range.fromMs;
    if (page.length < pageSize) return { matches, scanned, complete: true, oldestMs };
    if (scanned >= eventsMax || matches.length >= matchesMax) return { matches, scanned, complete: false, oldestMs };
  }
}

function passingMemory(sinceMs: number): RuleMemory {
  const items = new Map<string, Memory>();
  return {
    since: async () => sinceMs,
    read: async (_, item) => items.get(item),
    write: async (_, item, memory) => void items.set(item, memory),
  };
}

function shown({ match, detail, eventIds }: Found) {
  return {
    Time: isoSeconds(match.timeMs),
    Caller: match.caller,
    EventName: match.eventName,
    SourceIPAddress: match.sourceAddress,
    ...(detail !== "" && { Detail: detail }),
    EventIds: eventIds.slice(-eventIdsShownMax),
  };
}
