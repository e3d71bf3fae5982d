import type {
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsResponse,
  ListLogGroupsCommandInput,
  ListLogGroupsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import type { Scope } from "../../storage/scope.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter } from "./errors.js";
import type { LogGroupRow } from "./log-groups.js";
import { accessTo, checkGroupName, groupArn, groupNameOf, groupNamePattern, scopeOf } from "./names.js";

const pageSizeDefault = 50;

export const describeLogGroups = (deps: LogsDeps) =>
  operation<DescribeLogGroupsCommandInput, DescribeLogGroupsResponse>({
    name: "DescribeLogGroups",
    readOnly: true,
    event: management,
    access: (_input, call) => [accessTo("DescribeLogGroups", call, "")],
    async execute(input, call) {
      const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers } = input;
      const constraints = new Constraints().range("limit", input.limit, { min: 1, max: 50 });
      checkGroupName(constraints, prefix, "logGroupNamePrefix");
      constraints.length("logGroupNamePattern", pattern, { max: 512 });
      constraints.length("logGroupIdentifiers", logGroupIdentifiers, { min: 1, max: 50 });
      check(constraints);
      if (prefix !== undefined && pattern !== undefined)
        throw invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
      if (input.includeLinkedAccounts || (input.accountIdentifiers?.length ?? 0) > 0)
        throw invalidParameter("Linked accounts are not offered here.");
      const named = logGroupIdentifiers?.map((identifier) => groupNameOf({ logGroupIdentifier: identifier }, call));
      // Only groups of class STANDARD exist here.
      const none = input.logGroupClass !== undefined && input.logGroupClass !== "STANDARD";
      const { groups, nextToken } = await pageOfGroups(deps, call, {
        matches: (name) =>
          !none &&
          (prefix === undefined || name.startsWith(prefix)) &&
          (pattern === undefined || name.includes(pattern)) &&
          (named === undefined || named.includes(name)),
        request: { ...input, limit: undefined, nextToken: undefined },
        nextToken: input.nextToken,
        limit: input.limit ?? pageSizeDefault,
      });
      const ids = groups.map((group) => group.group_id);
      const bytes = await deps.logEvents.readLogGroupBytes(scopeOf(call), ids);
      const filters = await filterCounts(deps, ids);
      return {
        logGroups: groups.map((group) => ({
          logGroupName: group.name,
          creationTime: group.created_ms,
          retentionInDays: group.retention_days ?? undefined,
          metricFilterCount: filters.get(group.group_id) ?? 0,
          arn: `${groupArn(call, group.name)}:*`,
          logGroupArn: groupArn(call, group.name),
          storedBytes: bytes.get(group.group_id) ?? 0,
          logGroupClass: "STANDARD",
          deletionProtectionEnabled: group.deletion_protected === 1,
        })),
        nextToken,
      };
    },
  });

async function filterCounts(deps: LogsDeps, groupIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (groupIds.length === 0) return new Map();
  const rows = await deps.settings.read
    .selectFrom("log_metric_filters")
    .select(["group_id", ({ fn }) => fn.countAll().as("filters")])
    .where("group_id", "in", groupIds)
    .groupBy("group_id")
    .execute();
  return new Map(rows.map(({ group_id, filters }) => [group_id, Number(filters)]));
}

export const listLogGroups = (deps: LogsDeps) =>
  operation<ListLogGroupsCommandInput, ListLogGroupsResponse>({
    name: "ListLogGroups",
    readOnly: true,
    event: management,
    access: (_input, call) => [accessTo("ListLogGroups", call, "")],
    async execute(input, call) {
      check(new Constraints().range("limit", input.limit, { min: 1, max: 1000 }));
      if (input.includeLinkedAccounts || (input.accountIdentifiers?.length ?? 0) > 0)
        throw invalidParameter("Linked accounts are not offered here.");
      if ((input.dataSources?.length ?? 0) > 0 || (input.fieldIndexNames?.length ?? 0) > 0)
        throw invalidParameter("Data sources and field indexes are not offered here.");
      const patterns = namePatterns(input.logGroupNamePattern);
      const none = input.logGroupClass !== undefined && input.logGroupClass !== "STANDARD";
      const { groups, nextToken } = await pageOfGroups(deps, call, {
        matches: (name) => !none && patterns.some((matches) => matches(name)),
        request: { ...input, limit: undefined, nextToken: undefined },
        nextToken: input.nextToken,
        limit: input.limit ?? pageSizeDefault,
      });
      return {
        logGroups: groups.map((group) => ({
          logGroupName: group.name,
          logGroupArn: groupArn(call, group.name),
          logGroupClass: "STANDARD",
        })),
        nextToken,
      };
    },
  });

/** `^/aws/lambda|discovery`: prefixes and substrings, at most five of 3 to 24 characters each. */
function namePatterns(text: string | undefined): ((name: string) => boolean)[] {
  if (text === undefined) return [() => true];
  const parts = text.split("|");
  if (parts.length > 5) throw invalidParameter("logGroupNamePattern may hold five patterns");
  return parts.map((part) => {
    const core = part.replace(/^\^/, "");
    if (core.length < 3 || core.length > 24 || !groupNamePattern.test(core))
      throw invalidParameter("Each part of logGroupNamePattern is 3 to 24 characters of a log group's name");
    return part.startsWith("^") ? (name: string) => name.startsWith(core) : (name: string) => name.includes(core);
  });
}

/** The groups of an account and region are few (`logGroupsMax`), so they are chosen and ordered here. */
async function pageOfGroups(
  deps: LogsDeps,
  scope: Scope,
  page: { matches: (name: string) => boolean; request: unknown; nextToken?: string; limit: number },
): Promise<{ groups: LogGroupRow[]; nextToken?: string }> {
  const after = page.nextToken === undefined ? undefined : decodePageToken(page.nextToken, page.request)?.[0];
  if (page.nextToken !== undefined && after === undefined)
    throw invalidParameter("The specified nextToken is invalid.");
  const rows = await deps.settings.read
    .selectFrom("log_groups")
    .selectAll()
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .execute();
  const wanted = rows
    .filter((row) => (after === undefined || row.name > after) && page.matches(row.name))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const groups = wanted.slice(0, page.limit);
  const nextToken = wanted.length > page.limit ? encodePageToken([groups.at(-1)!.name], page.request) : undefined;
  return { groups, nextToken };
}
