import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type Account, clientOptions } from "./client-options.js";
import { logGroupName } from "./record-calls.js";

/** What the demonstration shows of one record of the trail. */
export interface RecordedCall {
  readonly time: string;
  readonly who: string;
  readonly what: string;
  readonly outcome: string;
  readonly from: string;
  /** True for reads of traces and for whatever was refused: what a reader is here to see. */
  readonly notable: boolean;
}

/** Reads the trail's log group as it grows. Each call gives what was not given before, oldest first. */
export function followLogGroup(account: Account): { next(): Promise<RecordedCall[]>; close(): void } {
  const logs = new CloudWatchLogsClient(clientOptions(account, "demo-follow"));
  const seen = new Set<string>();
  let newestMs = 0;
  return {
    next: async () => {
      const calls: RecordedCall[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.send(
          new FilterLogEventsCommand({ logGroupName, startTime: Math.max(0, newestMs - lateMs), nextToken }),
        );
        for (const { eventId, timestamp = 0, message } of page.events ?? []) {
          if (seen.has(eventId!)) continue;
          seen.add(eventId!);
          newestMs = Math.max(newestMs, timestamp);
          calls.push(recordedCall(JSON.parse(message!)));
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return calls.sort((one, other) => (one.time < other.time ? -1 : 1));
    },
    close: () => logs.destroy(),
  };
}

interface TrailRecord {
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly errorCode?: string;
  readonly sourceIPAddress: string;
  readonly userAgent?: string;
  readonly userIdentity: { readonly type: string; readonly userName?: string; readonly invokedBy?: string };
}

export function recordedCall(record: TrailRecord): RecordedCall {
  const { userIdentity, eventSource, eventName, errorCode } = record;
  const service = eventSource.replace(".amazonaws.com", "");
  const laptop = /\S+-laptop/.exec(record.userAgent ?? "")?.[0];
  return {
    time: record.eventTime,
    who: userIdentity.userName ?? userIdentity.invokedBy ?? userIdentity.type.toLowerCase(),
    what: `${service}:${eventName}`,
    outcome: errorCode === undefined ? "ok" : `refused: ${errorCode}`,
    from: laptop === undefined ? record.sourceIPAddress : `${record.sourceIPAddress} (${laptop})`,
    notable: errorCode !== undefined || (userIdentity.type === "IAMUser" && service === "xray"),
  };
}

/** One line of the table. */
export function tableRow(call: Omit<RecordedCall, "notable">): string {
  const { time, who, what, outcome, from } = call;
  return `  ${time.padEnd(21)} ${who.padEnd(8)} ${what.padEnd(26)} ${outcome.padEnd(24)} ${from}`;
}

/** Calls that are no reads of traces, counted instead of listed: `41 × xray:PutTraceSegments, 2 × iam:CreateUser`. */
export function countsOf(calls: readonly RecordedCall[]): string {
  const counts = new Map<string, number>();
  for (const { what } of calls) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${count} × ${what}`)
    .join(", ");
}

/** A log event may become visible a little after later ones. */
const lateMs = 60_000;
