import { createHash } from "node:crypto";
import { type Destinations, errorCodeOf } from "../../audit/destinations.js";
import { type ImportRow, importIdentity, importSource } from "../../audit/imports/imports.js";
import { LogFileRefused } from "../../audit/imports/log-file-refused.js";
import type { TimeRange } from "../../audit/imports/log-location.js";
import { type LogRecord, readLogFile } from "../../audit/imports/read-log-file.js";
import type { LakeEvent, LakeStore } from "../../storage/lake-store.js";

/** What became of a file, or of a folder that could not be listed. */
export type Outcome =
  | { readonly key: string; readonly kind: "imported"; readonly events: number }
  | { readonly key: string; readonly kind: "failed"; readonly errorType: string; readonly errorMessage: string };

/** Read at once: each may unpack to 64 MB. */
const filesAtOnce = 8;
/** Of one insert: many small files share one, a large file has several. */
const batchEventsMax = 5_000;
const batchCharsMax = 8 * 1024 * 1024;

/**
 * Puts the events of log files into an event data store. Files and batches are the same whenever the same keys are given,
 * and an event that the store has is left out, so that a repeat after a crash, the same file again or another import adds
 * nothing twice.
 *
 * @param options `wanted`: times of the events that are kept. `repeated`: it may have been tried before. `lastTry`: what
 *   gave no answer counts as failed.
 * @throws whatever the object store fails with that says nothing about the file, unless it is the last try; StoreUnavailable.
 */
export async function importFiles(
  row: ImportRow,
  keys: readonly string[],
  options: { readonly wanted: TimeRange; readonly repeated: boolean; readonly lastTry: boolean },
  deps: { readonly destinations: Destinations; readonly lake: LakeStore },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let batch: LogRecord[] = [];
  let chars = 0;

  async function flush(): Promise<void> {
    if (batch.length > 0) await append(row, batch, options.repeated, deps.lake);
    batch = [];
    chars = 0;
  }

  for (let start = 0; start < keys.length; start += filesAtOnce) {
    const some = keys.slice(start, start + filesAtOnce);
    for (const read of await Promise.all(some.map((key) => readFile(row, key, options.lastTry, deps.destinations)))) {
      if ("kind" in read) {
        outcomes.push(read);
        continue;
      }
      const { fromMs, untilMs } = options.wanted;
      const records = read.records.filter(({ eventTimeMs }) => eventTimeMs >= fromMs && eventTimeMs <= untilMs);
      for (const record of records) {
        batch.push(record);
        chars += record.json.length;
        if (batch.length >= batchEventsMax || chars >= batchCharsMax) await flush();
      }
      outcomes.push({ key: read.key, kind: "imported", events: records.length });
    }
  }
  await flush();
  return outcomes;
}

async function readFile(
  row: ImportRow,
  key: string,
  lastTry: boolean,
  destinations: Destinations,
): Promise<Outcome | { readonly key: string; readonly records: readonly LogRecord[] }> {
  try {
    const body = await destinations.readObject(importIdentity(row), importSource(row), key);
    return { key, records: await readLogFile(body) };
  } catch (reason) {
    return failure(key, reason, lastTry);
  }
}

/** Names what failed for good. @throws the reason if it may go better the next time. */
export function failure(key: string, reason: unknown, lastTry: boolean): Outcome & { readonly kind: "failed" } {
  if (reason instanceof LogFileRefused)
    return { key, kind: "failed", errorType: reason.code, errorMessage: reason.message };
  const code = errorCodeOf(reason);
  const status = (reason as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  const isFinal = code !== undefined && status < 500 && status !== 429;
  if (!isFinal && !lastTry) throw reason;
  const errorMessage = (reason instanceof Error ? reason.message : String(reason)).slice(0, 1024);
  return { key, kind: "failed", errorType: code ?? "ServiceUnavailable", errorMessage };
}

async function append(row: ImportRow, batch: readonly LogRecord[], repeated: boolean, lake: LakeStore): Promise<void> {
  const once = new Map(batch.map((record) => [record.eventId, record]));
  const times = batch.map(({ eventTimeMs }) => eventTimeMs);
  const present = await lake.present(
    row.store_id,
    [...once.keys()],
    times.reduce((least, time) => Math.min(least, time)),
    times.reduce((most, time) => Math.max(most, time)),
  );
  const events: LakeEvent[] = [...once.values()]
    .filter(({ eventId }) => !present.has(eventId))
    .map(({ eventId, eventTimeMs, json }) => ({ storeId: row.store_id, eventTimeMs, eventId, record: json }));
  // Of the whole batch, which a repeat has again, whatever of it is there by then.
  const hash = createHash("sha256")
    .update([...once.keys()].join("\n"))
    .digest("hex");
  if (events.length > 0) await lake.append(events, `import/${row.import_id}/${hash}`, { repeated });
}
