import type { Selectable } from "kysely";
import type { Scope } from "../../storage/scope.js";
import type { LogsTables } from "../../storage/settings/tables/logs.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { groupNotFound, streamNotFound } from "./errors.js";

export type LogGroupRow = Selectable<LogsTables["log_groups"]>;

/** Named limits of this service; AWS's are larger. */
export const logGroupsMax = 10_000;
export const logStreamsPerGroupMax = 100_000;

const dayMs = 86_400_000;

/** @throws ServiceError ResourceNotFoundException */
export async function requireGroup(settings: SettingsQueries, scope: Scope, name: string): Promise<LogGroupRow> {
  const group = await settings
    .selectFrom("log_groups")
    .selectAll()
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("name", "=", name)
    .executeTakeFirst();
  if (group === undefined) throw groupNotFound();
  return group;
}

/** @throws ServiceError ResourceNotFoundException for the group or the stream. */
export async function requireStream(
  settings: SettingsQueries,
  scope: Scope,
  groupName: string,
  streamName: string,
): Promise<LogGroupRow> {
  const group = await requireGroup(settings, scope, groupName);
  const stream = await settings
    .selectFrom("log_streams")
    .select("name")
    .where("group_id", "=", group.group_id)
    .where("name", "=", streamName)
    .executeTakeFirst();
  if (stream === undefined) throw streamNotFound();
  return group;
}

/** Events older than this are expired, also before they are deleted. */
export function expiryMs(group: Pick<LogGroupRow, "retention_days">, nowMs: number): number | undefined {
  return group.retention_days === null ? undefined : nowMs - group.retention_days * dayMs;
}

/** The later of two lower bounds. */
export function laterOf(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.max(left, right);
}
