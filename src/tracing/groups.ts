import type { Selectable } from "kysely";
import type { Scope } from "../storage/scope.js";
import type { XrayGroupTables } from "../storage/settings/tables/xray-groups.js";
import type { SettingsQueries } from "../storage/settings-store.js";

/** A group of traces as it is configured. */
export interface TraceGroup {
  readonly name: string;
  readonly arn: string;
  /** Empty for `Default`: every trace. */
  readonly filterExpression: string;
  readonly insightsEnabled: boolean;
  readonly notificationsEnabled: boolean;
  /** Epoch milliseconds; 0 for a `Default` that nobody changed. */
  readonly createdMs: number;
  readonly filterChangedMs: number;
}

export const defaultGroupName = "Default";

/** The group that every account and region has. It holds every trace. */
export function defaultGroup({ accountId, region }: Scope): TraceGroup {
  return {
    name: defaultGroupName,
    arn: `arn:aws:xray:${region}:${accountId}:group/${defaultGroupName}`,
    filterExpression: "",
    insightsEnabled: false,
    notificationsEnabled: false,
    createdMs: 0,
    filterChangedMs: 0,
  };
}

/** Every group of an account and region: `Default` first, then in the order in which they were made. */
export async function readGroups(queries: SettingsQueries, scope: Scope): Promise<TraceGroup[]> {
  const rows = await queries
    .selectFrom("xray_groups")
    .selectAll()
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .orderBy("created_ms")
    .orderBy("group_name")
    .execute();
  const groups = rows.map(groupOf);
  const isDefault = (group: TraceGroup) => group.name === defaultGroupName;
  return [groups.find(isDefault) ?? defaultGroup(scope), ...groups.filter((group) => !isDefault(group))];
}

/** Every group that wants insights, with the account and region it belongs to. */
export async function readGroupsWithInsights(
  queries: SettingsQueries,
): Promise<{ readonly scope: Scope; readonly group: TraceGroup }[]> {
  const rows = await queries
    .selectFrom("xray_groups")
    .selectAll()
    .where("insights_enabled", "=", 1)
    .orderBy("group_arn")
    .execute();
  return rows.map((row) => ({ scope: { accountId: row.account_id, region: row.region }, group: groupOf(row) }));
}

function groupOf(row: Selectable<XrayGroupTables["xray_groups"]>): TraceGroup {
  return {
    name: row.group_name,
    arn: row.group_arn,
    filterExpression: row.filter_expression,
    insightsEnabled: row.insights_enabled === 1,
    notificationsEnabled: row.notifications_enabled === 1,
    createdMs: row.created_ms,
    filterChangedMs: row.filter_changed_ms,
  };
}
