import type {
  GetImportCommandInput,
  GetImportResponse,
  ImportFailureListItem,
  ImportsListItem,
  ListImportFailuresCommandInput,
  ListImportFailuresResponse,
  ListImportsCommandInput,
  ListImportsResponse,
  StopImportCommandInput,
  StopImportResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { type ImportFailureRow, type ImportRow, runningStatuses } from "../../../audit/imports/imports.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { storeArnOf } from "../lake/find-store.js";
import { listPage, pageOf } from "../list-page.js";
import { checkImportId, findImport, importWithStatistics, requireImport } from "./import-view.js";

const statuses = ["INITIALIZING", "IN_PROGRESS", "FAILED", "STOPPED", "COMPLETED"];

export const getImport = (deps: CloudTrailDeps) =>
  operation<GetImportCommandInput, GetImportResponse>({
    name: "GetImport",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:GetImport", resource: "*" }],
    execute: async (input, call) =>
      importWithStatistics(await requireImport(deps.settings.read, input.ImportId as string, call)),
  });

/** What is in the event data store by then stays there; StartImport with the id goes on. */
export const stopImport = (deps: CloudTrailDeps) =>
  operation<StopImportCommandInput, StopImportResponse>({
    name: "StopImport",
    readOnly: false,
    event: management,
    access: () => [{ action: "cloudtrail:StopImport", resource: "*" }],

    async execute(input, call) {
      await requireImport(deps.settings.read, input.ImportId as string, call);
      return call.commit(async (tx) => {
        const row = await requireImport(tx, input.ImportId as string, call);
        if (!runningStatuses.includes(row.status))
          throw cloudTrailError("InvalidParameter", `The import is not running: it is ${row.status}.`);
        const stopped = { status: "STOPPED", updated_ms: deps.environment.clock.nowMs() };
        await tx.updateTable("imports").set(stopped).where("import_id", "=", row.import_id).execute();
        return importWithStatistics({ ...row, ...stopped });
      });
    },
  });

/** Newest first. */
export const listImports = (deps: CloudTrailDeps) =>
  operation<ListImportsCommandInput, ListImportsResponse>({
    name: "ListImports",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:ListImports", resource: "*" }],

    async execute(input, call) {
      const { Destination: destination, ImportStatus: status } = input;
      new Constraints()
        .length("destination", destination, { min: 3, max: 256 })
        .pattern("destination", destination, /^[a-zA-Z0-9._/\-:]+$/)
        .oneOf("importStatus", status, statuses)
        .check();
      const page = listPage(input, ["ListImports", call.accountId, call.region, destination, status]);
      let query = deps.settings.read
        .selectFrom("imports")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region);
      if (destination !== undefined) query = query.where("store_arn", "=", storeArnOf(destination, call));
      if (status !== undefined) query = query.where("status", "=", status);
      const [createdMs, importId] = page.after ?? [];
      if (createdMs !== undefined && importId !== undefined)
        query = query.where((eb) =>
          eb.or([
            eb("created_ms", "<", Number(createdMs)),
            eb.and([eb("created_ms", "=", Number(createdMs)), eb("import_id", "<", importId)]),
          ]),
        );
      const found = await query
        .orderBy("created_ms", "desc")
        .orderBy("import_id", "desc")
        .limit(page.max + 1)
        .execute();
      const { rows, ...next } = pageOf(found, page, (row) => [String(row.created_ms), row.import_id]);
      return { Imports: rows.map(listItem), ...next };
    },
  });

function listItem(row: ImportRow): ImportsListItem {
  return {
    ImportId: row.import_id,
    ImportStatus: row.status as ImportsListItem["ImportStatus"] & string,
    Destinations: [row.store_arn],
    CreatedTimestamp: new Date(row.created_ms),
    UpdatedTimestamp: new Date(row.updated_ms),
  };
}

export const listImportFailures = (deps: CloudTrailDeps) =>
  operation<ListImportFailuresCommandInput, ListImportFailuresResponse>({
    name: "ListImportFailures",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:ListImportFailures", resource: "*" }],

    async execute(input, call) {
      const importId = input.ImportId as string;
      checkImportId(importId);
      const page = listPage(input, ["ListImportFailures", call.accountId, call.region, importId]);
      const row = await findImport(deps.settings.read, importId, call);
      // This operation has no error of its own for it.
      if (row === undefined) throw cloudTrailError("InvalidParameter", `The import was not found: ${importId}`);
      // By number: a location may be longer than a token.
      const skipped = Number(page.after?.[0] ?? 0);
      const found = await deps.settings.read
        .selectFrom("import_failures")
        .selectAll()
        .where("import_id", "=", importId)
        .orderBy("location")
        .offset(skipped)
        .limit(page.max + 1)
        .execute();
      const { rows, ...next } = pageOf(found, page, () => [String(skipped + page.max)]);
      return { Failures: rows.map(failureItem), ...next };
    },
  });

function failureItem(row: ImportFailureRow): ImportFailureListItem {
  return {
    Location: row.location,
    Status: row.status as ImportFailureListItem["Status"] & string,
    ErrorType: row.error_type,
    ErrorMessage: row.error_message,
    LastUpdatedTime: new Date(row.updated_ms),
  };
}
