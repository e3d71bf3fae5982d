import type { DescribeLogStreamsCommandInput, DescribeLogStreamsResponse } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import type { LogStreamStatistics } from "../../storage/log-event-store.js";
import type { Scope } from "../../storage/scope.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter } from "./errors.js";
import { requireGroup } from "./log-groups.js";
import { accessTo, checkGroupName, groupNameOf, groupResources, knownGroupName, scopeOf, streamArn } from "./names.js";

const pageSizeDefault = 50;

interface StreamEntry {
  readonly name: string;
  readonly createdMs: number;
  /** Place in the order asked for: streams without events come before all others. */
  readonly rank: number;
}

export const describeLogStreams = (deps: LogsDeps) =>
  operation<DescribeLogStreamsCommandInput, DescribeLogStreamsResponse>({
    name: "DescribeLogStreams",
    readOnly: true,
    event: management,
    access: (input, call) => [accessTo("DescribeLogStreams", call, groupNameOf(input, call))],
    async execute(input, call) {
      const groupName = groupNameOf(input, call);
      const { logStreamNamePrefix: prefix } = input;
      const constraints = checkGroupName(new Constraints(), groupName);
      constraints.length("logStreamNamePrefix", prefix, { min: 1, max: 512 });
      constraints.oneOf("orderBy", input.orderBy, ["LogStreamName", "LastEventTime"]);
      check(constraints.range("limit", input.limit, { min: 1, max: 50 }));
      const byTime = input.orderBy === "LastEventTime";
      if (byTime && prefix !== undefined)
        throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
      const group = await requireGroup(deps.settings.read, call, groupName);
      const request = { ...input, limit: undefined, nextToken: undefined };
      const after = input.nextToken === undefined ? undefined : positionOf(input.nextToken, request);
      const rows = await deps.settings.read
        .selectFrom("log_streams")
        .select(["name", "created_ms"])
        .where("group_id", "=", group.group_id)
        .execute();
      const ranks = byTime
        ? lastTimes(await deps.logEvents.readLogStreamStatistics(scopeOf(call), group.group_id))
        : undefined;
      const direction = input.descending ? -1 : 1;
      const compare = (left: { rank: number; name: string }, right: { rank: number; name: string }) =>
        direction * (left.rank - right.rank || (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
      const wanted: StreamEntry[] = rows
        .filter((row) => prefix === undefined || row.name.startsWith(prefix))
        .map((row) => ({ name: row.name, createdMs: row.created_ms, rank: ranks?.get(row.name) ?? 0 }))
        .filter((entry) => after === undefined || compare(entry, after) > 0)
        .sort(compare);
      const limit = input.limit ?? pageSizeDefault;
      const page = wanted.slice(0, limit);
      const last = page.at(-1);
      return {
        logStreams: await describe(deps, call, groupName, group.group_id, page),
        nextToken:
          last !== undefined && wanted.length > limit
            ? encodePageToken([String(last.rank), last.name], request)
            : undefined,
      };
    },
    resources: (input, call) => groupResources(call, knownGroupName(input, call)),
  });

function positionOf(token: string, request: unknown): { rank: number; name: string } {
  const [rank, name] = decodePageToken(token, request) ?? [];
  if (rank === undefined || name === undefined || !Number.isFinite(Number(rank)))
    throw invalidParameter("The specified nextToken is invalid.");
  return { rank: Number(rank), name };
}

function lastTimes(statistics: readonly LogStreamStatistics[]): ReadonlyMap<string, number> {
  return new Map(statistics.map((each) => [each.logStreamName, each.lastTimestampMs]));
}

async function describe(
  deps: LogsDeps,
  scope: Scope,
  groupName: string,
  groupId: string,
  page: readonly StreamEntry[],
): Promise<DescribeLogStreamsResponse["logStreams"]> {
  const names = page.map((entry) => entry.name);
  const statistics =
    names.length === 0 ? [] : await deps.logEvents.readLogStreamStatistics(scopeOf(scope), groupId, names);
  const byName = new Map(statistics.map((each) => [each.logStreamName, each]));
  return page.map(({ name, createdMs }) => ({
    logStreamName: name,
    creationTime: createdMs,
    firstEventTimestamp: byName.get(name)?.firstTimestampMs,
    lastEventTimestamp: byName.get(name)?.lastTimestampMs,
    lastIngestionTime: byName.get(name)?.lastIngestionTimeMs,
    // Sequence tokens are ignored by PutLogEvents; AWS still gives one to clients that look for it.
    uploadSequenceToken: sequenceTokenOf(name),
    arn: streamArn(scope, groupName, name),
    // AWS reports zero for streams since 2019; the group has the true number.
    storedBytes: 0,
  }));
}

function sequenceTokenOf(streamName: string): string {
  return BigInt(`0x${Buffer.from(streamName).subarray(0, 20).toString("hex")}`)
    .toString()
    .padStart(56, "0")
    .slice(-56);
}
