import type { ImportRow } from "../../audit/imports/imports.js";
import { importSource } from "../../audit/imports/imports.js";
import { locationUri } from "../../audit/imports/log-location.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import type { Step } from "./import-step.js";

/** An import that fails so often has the wrong bucket, or the wrong role: it ends, and can be tried again. */
const failuresMax = 10_000;
/** Folders that are known: a bucket may be made of nothing else. */
const foldersMax = 1_000_000;

/** Writes down what a step did. A step is written down once, in the transaction that holds its import's lease. */
export async function settleStep(tx: SettingsTransaction, row: ImportRow, step: Step, nowMs: number): Promise<void> {
  const { import_id } = row;
  const { bucket } = importSource(row);
  let failedEntries = row.failed_entries;
  for (const outcome of step.outcomes) {
    const location = locationUri(bucket, outcome.key);
    if (outcome.kind === "failed") {
      const set = { error_type: outcome.errorType, error_message: outcome.errorMessage, updated_ms: nowMs };
      await tx
        .insertInto("import_failures")
        .values({ import_id, location, status: "FAILED", ...set })
        .onConflict((conflict) => conflict.columns(["import_id", "location"]).doUpdateSet({ status: "FAILED", ...set }))
        .execute();
      failedEntries++;
    } else if (step.walked === undefined) await succeed(tx, import_id, location, nowMs);
  }
  const imported = step.outcomes.flatMap((outcome) => (outcome.kind === "imported" ? [outcome.events] : []));
  const prefixes = step.walked ? await settleFolder(tx, row, step.walked, step.outcomes, nowMs) : noPrefixes;
  const tooMany = failedEntries >= failuresMax || prefixes.tooMany;
  await tx
    .updateTable("imports")
    .set({
      status: tooMany ? "FAILED" : "IN_PROGRESS",
      updated_ms: nowMs,
      prefixes_found: row.prefixes_found + prefixes.found,
      prefixes_completed: row.prefixes_completed + prefixes.completed,
      files_completed: row.files_completed + imported.length,
      events_completed: row.events_completed + imported.reduce((sum, events) => sum + events, 0),
      failed_entries: failedEntries,
    })
    .where("import_id", "=", import_id)
    .execute();
}

const noPrefixes = { found: 0, completed: 0, tooMany: false };

async function settleFolder(
  tx: SettingsTransaction,
  { import_id, s3_uri, s3_region, role_arn }: ImportRow,
  walked: NonNullable<Step["walked"]>,
  outcomes: Step["outcomes"],
  nowMs: number,
): Promise<typeof noPrefixes> {
  const { folder } = walked;
  const known = await tx
    .selectFrom("import_folders")
    .select("has_files")
    .where("import_id", "=", import_id)
    .where("folder", "=", folder)
    .executeTakeFirstOrThrow();
  for (const name of walked.folders)
    await tx
      .insertInto("import_folders")
      .values({ import_id, folder: name, after_key: "", has_files: 0, done: 0 })
      .onConflict((conflict) => conflict.columns(["import_id", "folder"]).doNothing())
      .execute();
  const hasFiles = known.has_files === 1 || walked.hasFiles;
  await tx
    .updateTable("import_folders")
    .set({ after_key: walked.afterKey, has_files: hasFiles ? 1 : 0, done: walked.done ? 1 : 0 })
    .where("import_id", "=", import_id)
    .where("folder", "=", folder)
    .execute();
  const failed = outcomes.some(({ key, kind }) => kind === "failed" && key === folder);
  const { bucket } = importSource({ s3_uri, s3_region, role_arn });
  if (walked.done && !failed) await succeed(tx, import_id, locationUri(bucket, folder), nowMs);
  return {
    found: hasFiles && known.has_files === 0 ? 1 : 0,
    completed: hasFiles && walked.done && !failed ? 1 : 0,
    tooMany: walked.folders.length > 0 && (await countFolders(tx, import_id)) > foldersMax,
  };
}

async function countFolders(tx: SettingsTransaction, importId: string): Promise<number> {
  const { count } = await tx
    .selectFrom("import_folders")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("import_id", "=", importId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What failed before and was to be tried again. */
async function succeed(tx: SettingsTransaction, import_id: string, location: string, nowMs: number): Promise<void> {
  await tx
    .updateTable("import_failures")
    .set({ status: "SUCCEEDED", updated_ms: nowMs })
    .where("import_id", "=", import_id)
    .where("location", "=", location)
    .where("status", "=", "RETRY")
    .execute();
}
