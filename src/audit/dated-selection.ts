import type { EventRow } from "../storage/event-store.js";
import { parsedRecord } from "./parsed-record.js";

/** What a trail or event data store selected from a moment on. */
export interface DatedRule {
  readonly fromMs: number;
  /** Request id of the call that brought it about. */
  readonly changedBy: string;
  readonly selects: (event: EventRow) => boolean;
}

/**
 * Decides for each event by the rule that was in force at the event's own time.
 *
 *     rules       |--- A ---|--- B ---|--- C ---
 *     event at             ^A or B   ^B
 *
 * At the very millisecond of a change both rules count, and the record of the call that made the change (StopLogging
 * above all) is judged by the rules on both sides of it: better a record too many than one that hides a change.
 *
 * An Insights event begins with a minute; what held when that minute ended decides about it.
 *
 * @param rules in order of their sequence, `fromMs` never falling.
 * @param changes names of CloudTrail's operations that bring about rules.
 * @returns a function that is pure: the same event always gets the same answer.
 */
export function datedSelection(
  rules: readonly DatedRule[],
  changes: ReadonlySet<string>,
): (event: EventRow) => boolean {
  return (event) => {
    const atMs = event.category === "Insight" ? event.eventTimeMs + minuteMs : event.eventTimeMs;
    let inForce = -1;
    while (inForce + 1 < rules.length && rules[inForce + 1]!.fromMs < atMs) inForce++;
    if (inForce >= 0 && rules[inForce]!.selects(event)) return true;
    for (let next = inForce + 1; next < rules.length && rules[next]!.fromMs === atMs; next++)
      if (rules[next]!.selects(event)) return true;

    if (event.eventSource !== "cloudtrail.amazonaws.com" || !changes.has(event.eventName)) return false;
    const requestId = parsedRecord(event)["requestID"];
    const change = rules.findIndex((rule) => rule.changedBy === requestId);
    return change !== -1 && rules.slice(Math.max(0, change - 1), change + 1).some((rule) => rule.selects(event));
  };
}

const minuteMs = 60_000;
