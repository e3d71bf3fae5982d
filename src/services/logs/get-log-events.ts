import type { GetLogEventsCommandInput, GetLogEventsResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { LogEventPosition, LogEventRow } from "../../storage/log-event-store.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter } from "./errors.js";
import { answerBytesMax, answerEventsMax, logGroupData } from "./log-group-data.js";
import { expiryMs, laterOf, requireStream } from "./log-groups.js";
import {
  accessTo,
  checkGroupName,
  checkStreamName,
  groupNameOf,
  groupResources,
  knownGroupName,
  scopeOf,
} from "./names.js";
import { exposeSpans, soughtSpans } from "./spans-shown.js";

/**
 * Both tokens are gaps between events: `f/` continues after the gap, `b/` before it. At the end the token comes back
 * unchanged, which is how clients know that they are there.
 */
export const getLogEvents = (deps: LogsDeps) =>
  operation<GetLogEventsCommandInput, GetLogEventsResponse>({
    name: "GetLogEvents",
    readOnly: true,
    event: logGroupData,
    access: (input, call) => [accessTo("GetLogEvents", call, groupNameOf(input, call), input.logStreamName!)],
    async execute(input, call) {
      const groupName = groupNameOf(input, call);
      const constraints = checkStreamName(checkGroupName(new Constraints(), groupName), input.logStreamName);
      constraints.range("startTime", input.startTime, { min: 0 }).range("endTime", input.endTime, { min: 0 });
      check(constraints.range("limit", input.limit, { min: 1, max: answerEventsMax }));
      if (input.startTime !== undefined && input.endTime !== undefined && input.endTime < input.startTime)
        throw invalidParameter("startTime must not be later than endTime.");
      const token = input.nextToken === undefined ? undefined : parseToken(input.nextToken);
      const group = await requireStream(deps.settings.read, call, groupName, input.logStreamName!);
      const forward = token?.forward ?? input.startFromHead ?? false;
      const fromMs = laterOf(input.startTime, expiryMs(group, call.nowMs));
      const rows = await deps.logEvents.readLogEvents(scopeOf(call), group.group_id, {
        logStreamNames: [input.logStreamName!],
        fromMs,
        untilMs: input.endTime,
        order: forward ? "oldest-first" : "newest-first",
        after: token?.gap,
        limit: input.limit ?? answerEventsMax,
        bytesMax: answerBytesMax,
      });
      const events = forward ? rows : [...rows].reverse();
      exposeSpans(call, groupName, events);
      const still = token?.gap ?? { timestampMs: input.startTime ?? 0, eventId: "" };
      const first = events[0];
      const last = events.at(-1);
      return {
        events: events.map((row) => ({
          timestamp: row.timestampMs,
          message: row.message,
          ingestionTime: row.ingestionTimeMs,
        })),
        nextForwardToken: tokenOf("f", last === undefined ? still : gapAfter(last)),
        nextBackwardToken: tokenOf("b", first === undefined ? still : gapBefore(first)),
      };
    },
    soughtTraces: soughtSpans,
    resources: (input, call) => groupResources(call, knownGroupName(input, call)),
  });

/** Ids are digits or other ASCII, so an id followed by `~` lies between it and the next. */
function gapAfter(row: LogEventRow): LogEventPosition {
  return { timestampMs: row.timestampMs, eventId: `${row.eventId}~` };
}

function gapBefore(row: LogEventRow): LogEventPosition {
  const last = row.eventId.length - 1;
  const smaller = String.fromCharCode(row.eventId.charCodeAt(last) - 1);
  return { timestampMs: row.timestampMs, eventId: `${row.eventId.slice(0, last)}${smaller}~` };
}

function tokenOf(direction: "f" | "b", gap: LogEventPosition): string {
  return `${direction}/${gap.timestampMs}/${gap.eventId}`;
}

function parseToken(token: string): { forward: boolean; gap: LogEventPosition } {
  const [, direction, time, eventId] = /^([fb])\/(\d{1,16})\/([\x20-\x7e]{0,256})$/.exec(token) ?? [];
  if (direction === undefined || time === undefined || eventId === undefined)
    throw invalidParameter("The specified nextToken is invalid.");
  return { forward: direction === "f", gap: { timestampMs: Number(time), eventId } };
}
