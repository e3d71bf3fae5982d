import type { GetImportResponse, ImportSource } from "@aws-sdk/client-cloudtrail";
import type { ImportRow } from "../../../audit/imports/imports.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { cloudTrailError } from "../errors.js";

/** An import as StartImport answers with it. */
export function importView(row: ImportRow): Omit<GetImportResponse, "ImportStatistics"> {
  return {
    ImportId: row.import_id,
    Destinations: [row.store_arn],
    ImportSource: sourceView(row),
    ...(row.start_ms !== null && { StartEventTime: new Date(row.start_ms) }),
    ...(row.end_ms !== null && { EndEventTime: new Date(row.end_ms) }),
    ImportStatus: row.status as GetImportResponse["ImportStatus"] & string,
    CreatedTimestamp: new Date(row.created_ms),
    UpdatedTimestamp: new Date(row.updated_ms),
  };
}

function sourceView(row: ImportRow): ImportSource {
  return {
    S3: { S3LocationUri: row.s3_uri, S3BucketRegion: row.s3_region, S3BucketAccessRoleArn: row.role_arn },
  };
}

/** An import with how far it is. */
export function importWithStatistics(row: ImportRow): GetImportResponse {
  return {
    ...importView(row),
    ImportStatistics: {
      PrefixesFound: row.prefixes_found,
      PrefixesCompleted: row.prefixes_completed,
      FilesCompleted: row.files_completed,
      EventsCompleted: row.events_completed,
      FailedEntries: row.failed_entries,
    },
  };
}

/**
 * An import of the call's account and region.
 * @throws ValidationException, ImportNotFound
 */
export async function requireImport(
  queries: SettingsQueries | SettingsTransaction,
  importId: string,
  call: Call,
): Promise<ImportRow> {
  checkImportId(importId);
  const row = await findImport(queries, importId, call);
  if (row === undefined) throw cloudTrailError("ImportNotFound", `The import was not found: ${importId}`);
  return row;
}

/** @throws ValidationException */
export function checkImportId(importId: string): void {
  new Constraints()
    .length("importId", importId, { min: 36, max: 36 })
    .pattern("importId", importId, /^[a-f0-9-]+$/)
    .check();
}

export async function findImport(
  queries: SettingsQueries | SettingsTransaction,
  importId: string,
  call: Call,
): Promise<ImportRow | undefined> {
  return queries
    .selectFrom("imports")
    .selectAll()
    .where("import_id", "=", importId)
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .executeTakeFirst();
}
