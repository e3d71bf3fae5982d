import type { Selectable } from "kysely";
import type { SettingsTables } from "../../storage/settings/tables.js";
import type { SourceBucket, TrailIdentity } from "../destinations.js";
import { type LogLocation, parseLogLocation, type TimeRange } from "./log-location.js";

export type ImportRow = Selectable<SettingsTables["imports"]>;
export type ImportFailureRow = Selectable<SettingsTables["import_failures"]>;

/** While an import has one of these, there can be no other in its account, and its store cannot be changed. */
export const runningStatuses: readonly string[] = ["INITIALIZING", "IN_PROGRESS"];

/** On whose behalf an import reads: roles may name the event data store as `aws:SourceArn`. */
export function importIdentity(row: Pick<ImportRow, "account_id" | "region" | "store_arn">): TrailIdentity {
  return { accountId: row.account_id, homeRegion: row.region, arn: row.store_arn };
}

export function importSource(row: Pick<ImportRow, "s3_uri" | "s3_region" | "role_arn">): SourceBucket & LogLocation {
  // What was stored was looked at.
  const location = parseLogLocation(row.s3_uri) as LogLocation;
  return { ...location, region: row.s3_region, roleArn: row.role_arn };
}

/** Undefined where no bound was asked for. */
export function importRange({ start_ms, end_ms }: Pick<ImportRow, "start_ms" | "end_ms">): TimeRange | undefined {
  if (start_ms === null && end_ms === null) return undefined;
  return { fromMs: start_ms ?? Number.NEGATIVE_INFINITY, untilMs: end_ms ?? Number.POSITIVE_INFINITY };
}
