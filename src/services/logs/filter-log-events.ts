import type {
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  FilterLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogEventPosition, LogEventQuery, LogEventRow } from "../../storage/log-event-store.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import { compilePattern } from "./compile-pattern.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter } from "./errors.js";
import { answerBytesMax, answerEventsMax, logGroupData } from "./log-group-data.js";
import { expiryMs, laterOf, requireGroup } from "./log-groups.js";
import {
  accessTo,
  checkGroupName,
  groupNameOf,
  groupResources,
  knownGroupName,
  scopeOf,
  streamNamePattern,
} from "./names.js";
import { exposeSpans, soughtSpans } from "./spans-shown.js";

/** How much one call looks at before it answers with a page that may be empty and a token. */
const scannedBytesMax = 32 * 1_048_576;
const scanMsMax = 2000;
const batchEventsMax = 10_000;
const batchBytesMax = 4 * 1_048_576;

/** Newest first is offered from here on only, as at AWS. */
const newestFirstFromMs = Date.UTC(2024, 0, 1);

export const filterLogEvents = (deps: LogsDeps) =>
  operation<FilterLogEventsCommandInput, FilterLogEventsResponse>({
    name: "FilterLogEvents",
    readOnly: true,
    event: logGroupData,
    access: (input, call) => [accessTo("FilterLogEvents", call, groupNameOf(input, call))],
    async execute(input, call) {
      const groupName = groupNameOf(input, call);
      const answer = await filterEvents(deps, groupName, input, call);
      exposeSpans(call, groupName, answer.events ?? []);
      return answer;
    },
    soughtTraces: soughtSpans,
    resources: (input, call) => groupResources(call, knownGroupName(input, call)),
  });

async function filterEvents(
  deps: LogsDeps,
  groupName: string,
  input: FilterLogEventsCommandInput,
  call: Call,
): Promise<FilterLogEventsResponse> {
  checkInput(input, groupName);
  const pattern = compilePattern(input.filterPattern ?? "");
  const group = await requireGroup(deps.settings.read, call, groupName);
  const newestFirst = input.startFromHead === false;
  const request = { ...input, limit: undefined, nextToken: undefined };
  const answer = new Answer(input.limit ?? answerEventsMax);
  const { clock } = deps.environment;
  const scanUntilMs = clock.monotonicMs() + scanMsMax;
  let after = input.nextToken === undefined ? undefined : positionOf(input.nextToken, request);
  for (let scannedBytes = 0; ; ) {
    const query: LogEventQuery = {
      logStreamNames: input.logStreamNames,
      logStreamNamePrefix: input.logStreamNamePrefix,
      fromMs: laterOf(input.startTime, expiryMs(group, call.nowMs)),
      untilMs: input.endTime === undefined ? undefined : input.endTime + 1,
      order: newestFirst ? "newest-first" : "oldest-first",
      after,
      limit: Math.min(batchEventsMax, Math.max(answer.limit * 2, 100)),
      bytesMax: batchBytesMax,
    };
    const rows = await deps.logEvents.readLogEvents(scopeOf(call), group.group_id, query);
    if (rows.length === 0) return answer.with(undefined);
    for (const row of rows) {
      if (pattern.match(row.message) !== undefined && !answer.take(row))
        return answer.with(after && tokenOf(after, request));
      after = { timestampMs: row.timestampMs, eventId: row.eventId };
      scannedBytes += Buffer.byteLength(row.message) + 100;
      if (clock.monotonicMs() > scanUntilMs) return answer.with(tokenOf(after, request));
    }
    if (scannedBytes > scannedBytesMax) return answer.with(tokenOf(after!, request));
  }
}

function checkInput(input: FilterLogEventsCommandInput, groupName: string): void {
  const { logStreamNames, logStreamNamePrefix, startTime, endTime } = input;
  const constraints = checkGroupName(new Constraints(), groupName);
  constraints.length("logStreamNames", logStreamNames, { min: 1, max: 100 });
  for (const [index, name] of (logStreamNames ?? []).entries())
    constraints.pattern(`logStreamNames.${index + 1}.member`, name, streamNamePattern);
  constraints.length("logStreamNamePrefix", logStreamNamePrefix, { min: 1, max: 512 });
  constraints.length("filterPattern", input.filterPattern, { max: 1024 });
  constraints.range("startTime", startTime, { min: 0 }).range("endTime", endTime, { min: 0 });
  check(constraints.range("limit", input.limit, { min: 1, max: answerEventsMax }));
  if (logStreamNames !== undefined && logStreamNamePrefix !== undefined)
    throw invalidParameter("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
  if (startTime !== undefined && endTime !== undefined && endTime < startTime)
    throw invalidParameter("startTime must not be later than endTime.");
  if (input.startFromHead === false && startTime !== undefined && startTime < newestFirstFromMs)
    throw invalidParameter("startFromHead can be false only with a startTime on or after 2024-01-01T00:00:00Z.");
}

/** Fills up to AWS's limits of one answer. */
class Answer {
  readonly limit: number;
  readonly #events: FilteredLogEvent[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** False if the event does not fit any more. */
  take(row: LogEventRow): boolean {
    const bytes = Buffer.byteLength(row.message);
    if (this.#events.length >= this.limit) return false;
    if (this.#events.length > 0 && this.#bytes + bytes > answerBytesMax) return false;
    this.#bytes += bytes;
    this.#events.push({
      logStreamName: row.logStreamName,
      timestamp: row.timestampMs,
      message: row.message,
      ingestionTime: row.ingestionTimeMs,
      eventId: row.eventId,
    });
    return true;
  }

  with(nextToken: string | undefined): FilterLogEventsResponse {
    return { events: this.#events, searchedLogStreams: [], nextToken };
  }
}

function tokenOf(after: LogEventPosition, request: unknown): string {
  return encodePageToken([String(after.timestampMs), after.eventId], request);
}

function positionOf(token: string, request: unknown): LogEventPosition {
  const [time, eventId] = decodePageToken(token, request) ?? [];
  if (time === undefined || eventId === undefined || !/^\d{1,16}$/.test(time))
    throw invalidParameter("The specified nextToken is invalid.");
  return { timestampMs: Number(time), eventId };
}
