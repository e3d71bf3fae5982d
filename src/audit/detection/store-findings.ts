import type { Ids } from "../../environment.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import { isoSeconds } from "../parameters.js";
import { type AlertConfiguration, reaches } from "./alert-configuration.js";
import { hashOf } from "./rule-set.js";
import type { Found } from "./track-matches.js";

const eventIdsMax = 20;
const detailCharsMax = 500;
/** Of an older event, found when the record is followed up, nobody is told: it is in the findings. */
const alertAgeMaxMs = 24 * 60 * 60_000;

/**
 * Adds what was found to the findings of an account. What a rule finds again of the same caller and group within the
 * suppression interval belongs to the same finding, unless that was closed; a new finding causes alerts.
 */
export async function storeFindings(
  tx: SettingsTransaction,
  found: readonly Found[],
  context: {
    readonly accountId: string;
    readonly configuration: AlertConfiguration;
    readonly ids: Ids;
    readonly nowMs: number;
  },
): Promise<void> {
  const byAlike = new Map<string, Found[]>();
  for (const each of found) {
    const key = hashOf([each.match.ruleId, each.match.caller, each.match.group]);
    byAlike.set(key, [...(byAlike.get(key) ?? []), each]);
  }
  for (const [alike, group] of byAlike) await storeAlike(tx, alike, group, context);
}

async function storeAlike(
  tx: SettingsTransaction,
  alike: string,
  found: readonly Found[],
  context: Parameters<typeof storeFindings>[2],
): Promise<void> {
  const { accountId, configuration, ids, nowMs } = context;
  const first = found[0]!;
  const last = found.at(-1)!;
  const { match } = first;
  const eventIds = [...new Set(found.flatMap((each) => each.eventIds))];
  const same = await tx
    .selectFrom("detection_findings")
    .select(["finding_id", "event_ids", "event_count", "first_ms", "last_ms"])
    .where("account_id", "=", accountId)
    .where("alike", "=", alike)
    .where("status", "!=", "CLOSED")
    .where("last_ms", ">=", match.timeMs - configuration.suppressionSeconds * 1000)
    .orderBy("last_ms", "desc")
    .limit(1)
    .executeTakeFirst();
  if (same !== undefined) {
    const known = JSON.parse(same.event_ids) as string[];
    const added = eventIds.filter((id) => !known.includes(id));
    await tx
      .updateTable("detection_findings")
      .set({
        first_ms: Math.min(same.first_ms, match.timeMs),
        last_ms: Math.max(same.last_ms, last.match.timeMs),
        event_count: same.event_count + added.length,
        event_ids: JSON.stringify([...known, ...added].slice(-eventIdsMax)),
      })
      .where("finding_id", "=", same.finding_id)
      .execute();
    return;
  }
  const findingId = ids.uuid();
  const detail = first.detail.slice(0, detailCharsMax).toWellFormed();
  const { rule } = match;
  await tx
    .insertInto("detection_findings")
    .values({
      finding_id: findingId,
      account_id: accountId,
      region: match.region,
      rule_id: match.ruleId,
      title: rule.title,
      severity: rule.severity,
      caller: match.caller,
      alike,
      status: "OPEN",
      first_ms: match.timeMs,
      last_ms: last.match.timeMs,
      event_count: eventIds.length,
      event_ids: JSON.stringify(eventIds.slice(-eventIdsMax)),
      detail,
      event_name: match.eventName,
      source_address: match.sourceAddress,
      note: "",
      updated_ms: nowMs,
      updated_by: "",
    })
    .execute();
  if (match.timeMs < nowMs - alertAgeMaxMs) return;
  const told = configuration.topics.filter(({ minimumSeverity }) => reaches(rule.severity, minimumSeverity));
  for (const { topicArn } of told)
    await tx
      .insertInto("detection_alerts")
      .values({
        alert_id: ids.uuid(),
        account_id: accountId,
        region: match.region,
        rule_id: match.ruleId,
        topic_arn: topicArn,
        subject: subjectOf(rule.severity, rule.title),
        message: JSON.stringify(
          {
            source: "dosimeter.detection",
            findingId,
            ruleId: match.ruleId,
            title: rule.title,
            description: rule.description.trim(),
            severity: rule.severity,
            detail,
            accountId,
            region: match.region,
            caller: match.caller,
            sourceIPAddress: match.sourceAddress,
            eventName: match.eventName,
            firstTime: isoSeconds(match.timeMs),
            lastTime: isoSeconds(last.match.timeMs),
            eventIds: eventIds.slice(-eventIdsMax),
          },
          undefined,
          2,
        ),
        created_ms: nowMs,
        attempts: 0,
        retry_ms: nowMs,
      })
      .execute();
}

/** A subject of SNS: at most 100 characters of ASCII. */
function subjectOf(severity: string, title: string): string {
  return `[${severity}] ${title}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
}
