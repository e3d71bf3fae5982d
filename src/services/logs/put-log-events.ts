import type {
  InputLogEvent,
  PutLogEventsCommandInput,
  PutLogEventsResponse,
  RejectedLogEventsInfo,
} from "@aws-sdk/client-cloudwatch-logs";
import { logEventIds } from "../../storage/log-event-ids.js";
import type { LogEventRow } from "../../storage/log-event-store.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter } from "./errors.js";
import { logGroupData } from "./log-group-data.js";
import { expiryMs, requireStream } from "./log-groups.js";
import { compiledFilters } from "./metric-filters/compiled-filters.js";
import { measure } from "./metric-filters/measure.js";
import { accessTo, checkGroupName, checkStreamName, groupResources, scopeOf } from "./names.js";

/** AWS's limits of a batch. */
const batchBytesMax = 1_048_576;
const batchEventsMax = 10_000;
const batchSpanMsMax = 24 * 3_600_000;
const eventOverheadBytes = 26;
const eventAgeMsMax = 14 * 24 * 3_600_000;
const eventAheadMsMax = 2 * 3_600_000;

export const putLogEvents = (deps: LogsDeps) => {
  const nextEventIds = logEventIds(deps.environment.ids);
  const filters = compiledFilters(deps.settings);
  return operation<PutLogEventsCommandInput, PutLogEventsResponse>({
    name: "PutLogEvents",
    readOnly: false,
    event: logGroupData,
    access: (input, call) => [accessTo("PutLogEvents", call, input.logGroupName!, input.logStreamName!)],
    async execute(input, call) {
      const { logGroupName, logStreamName } = input;
      const events = input.logEvents!;
      const constraints = checkStreamName(checkGroupName(new Constraints(), logGroupName), logStreamName);
      check(constraints.length("logEvents", events, { min: 1, max: batchEventsMax }));
      checkBatch(events);
      const group = await requireStream(deps.settings.read, call, logGroupName!, logStreamName!);
      const { accepted, rejected } = sortOut(events, call.nowMs, expiryMs(group, call.nowMs));
      const eventIdOf = nextEventIds(call.nowMs);
      const rows = accepted.map(
        (event, index): LogEventRow => ({
          logStreamName: logStreamName!,
          timestampMs: event.timestamp!,
          ingestionTimeMs: call.nowMs,
          eventId: eventIdOf(index),
          message: event.message!,
        }),
      );
      // Both are durable when the call is answered. A batch that is sent again is counted again, and stored again.
      const points = (await filters.of(group.group_id)).flatMap((filter) => measure(filter, rows));
      await Promise.all([
        deps.metrics.putPoints(scopeOf(call), points),
        rows.length > 0 && deps.logEvents.putLogEvents(scopeOf(call), group.group_id, rows),
      ]);
      return { nextSequenceToken: eventIdOf(events.length), rejectedLogEventsInfo: rejected };
    },
    recordedRequest: (input) => ({
      logGroupName: input?.logGroupName,
      logStreamName: input?.logStreamName,
      logEventCount: Array.isArray(input?.logEvents) ? input.logEvents.length : undefined,
    }),
    recordedResponse: (output) =>
      output.rejectedLogEventsInfo === undefined ? null : { rejectedLogEventsInfo: output.rejectedLogEventsInfo },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });
};

function checkBatch(events: readonly InputLogEvent[]): void {
  let bytes = 0;
  let previous = Number.NEGATIVE_INFINITY;
  const constraints = new Constraints();
  for (const [index, { timestamp, message }] of events.entries()) {
    constraints.range(`logEvents.${index + 1}.member.timestamp`, timestamp, { min: 0, max: Number.MAX_SAFE_INTEGER });
    constraints.length(`logEvents.${index + 1}.member.message`, message === "" ? "" : undefined, { min: 1 });
    if (timestamp! < previous)
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    previous = timestamp!;
    const eventBytes = Buffer.byteLength(message!) + eventOverheadBytes;
    if (eventBytes > batchBytesMax)
      throw invalidParameter(`Log event too large: ${eventBytes} bytes exceeds limit of ${batchBytesMax}`);
    bytes += eventBytes;
  }
  check(constraints);
  if (bytes > batchBytesMax)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${batchBytesMax}`);
  if (events.at(-1)!.timestamp! - events[0]!.timestamp! > batchSpanMsMax)
    throw invalidParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
}

/** Events are in chronological order, so those too old or expired lead and those too new follow. */
function sortOut(
  events: readonly InputLogEvent[],
  nowMs: number,
  expiredBeforeMs: number | undefined,
): { accepted: readonly InputLogEvent[]; rejected?: RejectedLogEventsInfo } {
  const countBefore = (boundMs: number) => {
    const first = events.findIndex((event) => event.timestamp! >= boundMs);
    return first < 0 ? events.length : first;
  };
  const tooOld = countBefore(nowMs - eventAgeMsMax);
  const expired = expiredBeforeMs === undefined ? 0 : countBefore(expiredBeforeMs);
  const tooNewFrom = countBefore(nowMs + eventAheadMsMax + 1);
  const accepted = events.slice(Math.max(tooOld, expired), tooNewFrom);
  if (accepted.length === events.length) return { accepted };
  return {
    accepted,
    rejected: {
      tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
      expiredLogEventEndIndex: expired > 0 ? expired : undefined,
      tooNewLogEventStartIndex: tooNewFrom < events.length ? tooNewFrom : undefined,
    },
  };
}
