import type { Destinations, FolderPage } from "../../audit/destinations.js";
import {
  type ImportFailureRow,
  type ImportRow,
  importIdentity,
  importRange,
  importSource,
} from "../../audit/imports/imports.js";
import {
  holdsLogs,
  isWantedFile,
  leadsToLogs,
  locationUri,
  mayHoldTimes,
  type TimeRange,
} from "../../audit/imports/log-location.js";
import type { LakeStore } from "../../storage/lake-store.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { failure, importFiles, type Outcome } from "./import-files.js";

/** Keys of one listing; what is done again after a crash. */
const pageKeysMax = 200;
/** Compressed bytes of the files of one step. */
const stepBytesMax = 16 * 1024 * 1024;
const dayMs = 86_400_000;

/** What one step did, to be written down in one transaction. */
export interface Step {
  readonly outcomes: readonly Outcome[];
  /** Of a folder that is walked through; absent where failed files were tried again. */
  readonly walked?: {
    readonly folder: string;
    /** Folders in it that are to be walked through as well. */
    readonly folders: readonly string[];
    readonly afterKey: string;
    readonly hasFiles: boolean;
    readonly done: boolean;
  };
}

interface StepDeps {
  readonly destinations: Destinations;
  readonly lake: LakeStore;
}

/**
 * Does the next piece of an import: files that failed before and are to be tried again, else the next page of the next
 * folder. Undefined if there is nothing left.
 */
export async function importStep(
  row: ImportRow,
  options: { readonly nowMs: number; readonly repeated: boolean; readonly lastTry: boolean },
  queries: SettingsQueries,
  deps: StepDeps,
): Promise<Step | undefined> {
  const store = await queries
    .selectFrom("event_data_stores")
    .select("retention_days")
    .where("store_id", "=", row.store_id)
    .executeTakeFirstOrThrow();
  const range = importRange(row);
  const wanted = {
    fromMs: Math.max(range?.fromMs ?? Number.NEGATIVE_INFINITY, options.nowMs - store.retention_days * dayMs),
    untilMs: range?.untilMs ?? Number.POSITIVE_INFINITY,
  };
  const again = await filesToRetry(queries, row);
  if (again.length > 0) return { outcomes: await importFiles(row, again, { ...options, wanted }, deps) };

  const next = await queries
    .selectFrom("import_folders")
    .select(["folder", "after_key"])
    .where("import_id", "=", row.import_id)
    .where("done", "=", 0)
    .orderBy("folder")
    .limit(1)
    .executeTakeFirst();
  if (next === undefined) return undefined;
  return walk(row, next.folder, next.after_key, range, { ...options, wanted }, deps);
}

async function walk(
  row: ImportRow,
  folder: string,
  after: string,
  range: TimeRange | undefined,
  options: { readonly wanted: TimeRange; readonly repeated: boolean; readonly lastTry: boolean },
  deps: StepDeps,
): Promise<Step> {
  const location = importSource(row);
  const listing = await deps.destinations
    .listFolder(importIdentity(row), location, { folder, after, max: pageKeysMax })
    .catch((reason: unknown) => failure(folder, reason, options.lastTry));
  if ("kind" in listing)
    return { outcomes: [listing], walked: { folder, folders: [], afterKey: after, hasFiles: false, done: true } };

  const readable = holdsLogs(location, folder) ? listing.files : [];
  const files = readable.filter(({ key }) => isWantedFile(key, range));
  const keys = keysOfStep(files);
  const isWhole = keys.length === files.length;
  const last = [listing.files.at(-1)?.key ?? "", behindFolder(listing.folders.at(-1))].sort(byBytes).at(-1) || after;
  return {
    outcomes: await importFiles(row, keys, options, deps),
    walked: {
      folder,
      folders: listing.folders.filter(
        (name) => leadsToLogs(location, name) && (range === undefined || mayHoldTimes(name, range)),
      ),
      afterKey: isWhole ? last : (keys.at(-1) as string),
      hasFiles: files.length > 0,
      done: isWhole && listing.isLast,
    },
  };
}

/** As many as have not too many bytes together, but one in any case. */
function keysOfStep(files: FolderPage["files"]): string[] {
  const keys: string[] = [];
  let bytes = 0;
  for (const file of files) {
    bytes += file.bytes;
    if (keys.length > 0 && bytes > stepBytesMax) break;
    keys.push(file.key);
  }
  return keys;
}

/** What sorts behind all keys of a folder: a slash is followed by a zero. */
function behindFolder(folder: string | undefined): string {
  return folder === undefined ? "" : `${folder.slice(0, -1)}0`;
}

/** S3 sorts keys by their bytes. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

async function filesToRetry(queries: SettingsQueries, row: ImportRow): Promise<string[]> {
  const prefix = locationUri(importSource(row).bucket, "");
  const rows: Pick<ImportFailureRow, "location">[] = await queries
    .selectFrom("import_failures")
    .select("location")
    .where("import_id", "=", row.import_id)
    .where("status", "=", "RETRY")
    .where("location", "not like", "%/")
    .orderBy("location")
    .limit(pageKeysMax)
    .execute();
  return rows.map(({ location }) => location.slice(prefix.length));
}
