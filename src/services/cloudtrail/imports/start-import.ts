import type { StartImportCommandInput, StartImportResponse } from "@aws-sdk/client-cloudtrail";
import { errorCodeOf, RoleNotAssumed } from "../../../audit/destinations.js";
import { management } from "../../../audit/event.js";
import { type ImportRow, importIdentity, importSource, runningStatuses } from "../../../audit/imports/imports.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type Call, operation } from "../../operation.js";
import { serviceUnavailable } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireActiveStore, storeAccess, storeResources } from "../lake/find-store.js";
import { passLogsRole } from "../trails/pass-logs-role.js";
import { type NewImport, newImport } from "./import-input.js";
import { findImport, importView, requireImport } from "./import-view.js";

/** Events can come into a store that takes no new ones, but not into one that is on its way from one state to another. */
const openStatuses = ["ENABLED", "STOPPED_INGESTION"];

/**
 * Starts an import, or lets one that failed or was stopped go on: then what failed is tried again, and what was done is not
 * done again.
 */
export const startImport = (deps: CloudTrailDeps) =>
  operation<StartImportCommandInput, StartImportResponse>({
    name: "StartImport",
    readOnly: false,
    event: management,

    async access(input, call) {
      const known =
        input.ImportId === undefined ? undefined : await findImport(deps.settings.read, input.ImportId, call);
      const destination = known?.store_arn ?? input.Destinations?.[0];
      if (destination === undefined) return [{ action: "cloudtrail:StartImport", resource: "*" }];
      return storeAccess(deps, "StartImport", destination, call);
    },

    async execute(input, call) {
      checkConstraints(input);
      if (input.ImportId !== undefined) return startAgain(deps, input, call);
      const wanted = newImport(input);
      const store = await requireOpenStore(deps.settings.read, wanted.destination, call);
      await checkNoneRuns(deps.settings.read, call);
      await passLogsRole(call, wanted.role_arn);
      const nowMs = deps.environment.clock.nowMs();
      const row: ImportRow = {
        import_id: deps.environment.ids.uuid(),
        account_id: call.accountId,
        region: call.region,
        store_id: store.store_id,
        store_arn: store.arn,
        ...sourceColumns(wanted),
        status: "INITIALIZING",
        created_ms: nowMs,
        updated_ms: nowMs,
        prefixes_found: 0,
        prefixes_completed: 0,
        files_completed: 0,
        events_completed: 0,
        failed_entries: 0,
      };
      await checkSource(deps, row);
      return call.commit(async (tx) => {
        await requireOpenStore(tx, wanted.destination, call);
        await checkNoneRuns(tx, call);
        await tx.insertInto("imports").values(row).execute();
        const first = { import_id: row.import_id, folder: importSource(row).folder };
        await tx
          .insertInto("import_folders")
          .values({ ...first, after_key: "", has_files: 0, done: 0 })
          .execute();
        return importView(row);
      });
    },

    resources: (input, call) => storeResources(input.Destinations?.[0], call),
  });

async function startAgain(
  deps: CloudTrailDeps,
  input: StartImportCommandInput,
  call: Call,
): Promise<StartImportResponse> {
  const { ImportId, ...others } = input;
  if (Object.values(others).some((member) => member !== undefined))
    throw cloudTrailError(
      "InvalidParameter",
      "An import that is started again keeps its parameters: give its id alone.",
    );
  const known = await requireImport(deps.settings.read, ImportId as string, call);
  await checkNoneRuns(deps.settings.read, call);
  await requireOpenStore(deps.settings.read, known.store_arn, call);
  await passLogsRole(call, known.role_arn);
  await checkSource(deps, known);
  return call.commit(async (tx) => {
    await checkNoneRuns(tx, call);
    const row = await requireImport(tx, ImportId as string, call);
    await requireOpenStore(tx, row.store_arn, call);
    if (row.status === "COMPLETED")
      throw cloudTrailError("InvalidParameter", "The import is complete: nothing of it failed.");
    const again = { status: "INITIALIZING", updated_ms: deps.environment.clock.nowMs(), failed_entries: 0 };
    await tx.updateTable("imports").set(again).where("import_id", "=", row.import_id).execute();
    await retryFailures(tx, row);
    return importView({ ...row, ...again });
  });
}

/** Files are read again; folders that could not be listed are walked through from where it ended. */
async function retryFailures(tx: SettingsTransaction, { import_id, ...row }: ImportRow): Promise<void> {
  const failed = await tx
    .selectFrom("import_failures")
    .select("location")
    .where("import_id", "=", import_id)
    .where("status", "=", "FAILED")
    .where("location", "like", "%/")
    .execute();
  await tx
    .updateTable("import_failures")
    .set({ status: "RETRY" })
    .where("import_id", "=", import_id)
    .where("status", "=", "FAILED")
    .execute();
  const begin = `s3://${importSource(row).bucket}/`.length;
  for (const { location } of failed)
    await tx
      .updateTable("import_folders")
      .set({ done: 0 })
      .where("import_id", "=", import_id)
      .where("folder", "=", location.slice(begin))
      .execute();
}

function checkConstraints({ Destinations: destinations, ImportId: importId }: StartImportCommandInput): void {
  const constraints = new Constraints()
    .length("destinations", destinations, { min: 1, max: 1 })
    .length("importId", importId, { min: 36, max: 36 })
    .pattern("importId", importId, /^[a-f0-9-]+$/);
  for (const destination of destinations?.slice(0, 1) ?? [])
    constraints
      .length("destinations.1.member", destination, { min: 3, max: 256 })
      .pattern("destinations.1.member", destination, /^[a-zA-Z0-9._/\-:]+$/);
  constraints.check();
}

function sourceColumns({ s3_uri, s3_region, role_arn, start_ms, end_ms }: NewImport) {
  return { s3_uri, s3_region, role_arn, start_ms, end_ms };
}

/** @throws InvalidEventDataStoreCategory, InvalidEventDataStoreStatus, and what `requireActiveStore` does */
async function requireOpenStore(queries: SettingsQueries | SettingsTransaction, arnOrId: string, call: Call) {
  const store = await requireActiveStore(queries, arnOrId, call);
  if (store.kind !== "CloudTrail")
    throw cloudTrailError(
      "InvalidEventDataStoreCategory",
      `Log files can be imported into an event data store for CloudTrail events alone: ${store.arn}`,
    );
  if (!openStatuses.includes(store.status))
    throw cloudTrailError("InvalidEventDataStoreStatus", `The event data store is ${store.status}: ${store.arn}`);
  return store;
}

/** @throws AccountHasOngoingImport */
async function checkNoneRuns(queries: SettingsQueries | SettingsTransaction, call: Call): Promise<void> {
  const other = await queries
    .selectFrom("imports")
    .select("import_id")
    .where("account_id", "=", call.accountId)
    .where("status", "in", runningStatuses)
    .executeTakeFirst();
  if (other !== undefined)
    throw cloudTrailError("AccountHasOngoingImport", `The import ${other.import_id} is still running.`);
}

/** Looks into the bucket as the import will. @throws InvalidImportSource, which says what is missing. */
async function checkSource({ destinations }: CloudTrailDeps, row: ImportRow): Promise<void> {
  const source = importSource(row);
  const store = importIdentity(row);
  // What was cached of the role may be older than its policies.
  destinations.forgetSource(store, source);
  try {
    await destinations.listFolder(store, source, { folder: source.folder, after: "", max: 1 });
  } catch (reason) {
    const code = errorCodeOf(reason);
    if (code === undefined) throw serviceUnavailable(`S3 bucket ${source.bucket} did not answer.`, reason);
    const why =
      reason instanceof RoleNotAssumed
        ? `the role ${source.roleArn} cannot be assumed by cloudtrail.amazonaws.com`
        : `${code} when the role ${source.roleArn} listed ${row.s3_uri}`;
    throw cloudTrailError("InvalidImportSource", `The import source is not valid: ${why}.`, reason);
  }
}
