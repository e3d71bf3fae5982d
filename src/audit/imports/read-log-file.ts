import { isUtf8 } from "node:buffer";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { LogFileRefused } from "./log-file-refused.js";
import { splitRecords } from "./split-records.js";

/** A record of a log file. */
export interface LogRecord {
  readonly eventId: string;
  readonly eventTimeMs: number;
  /** Compact JSON, as it stands in the file. */
  readonly json: string;
}

/** AWS cuts log files at 50 MB; a bomb ends here. */
const fileBytesMax = 64 * 1024 * 1024;
const chunkBytes = 64 * 1024;
/** Event data stores hold times of these years. */
const firstMs = Date.UTC(1900, 0, 1);
const endMs = Date.UTC(2299, 11, 31);
const eventIdCharsMax = 128;

/** What an event data store for CloudTrail events takes; records older than version 1.07 have no category. */
const categories: readonly unknown[] = [undefined, "Management", "Data", "NetworkActivity"];

/**
 * Reads a log file, `{"Records":[…]}` in gzip, as it comes. All of it or nothing: a file that breaks off or holds something
 * else in the middle gives no record. Memory: the file's text once, and one record parsed.
 *
 * @throws LogFileRefused for what is no log file, and whatever `body` fails with.
 */
export async function readLogFile(body: AsyncIterable<Uint8Array>): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const split = splitRecords((bytes) => records.push(readRecord(bytes)));
  try {
    await pipeline(limited(body, "compressed"), createGunzip({ chunkSize: chunkBytes }), async (unpacked) => {
      for await (const chunk of limited(unpacked as AsyncIterable<Uint8Array>, "unpacked")) split.push(chunk);
    });
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code?.startsWith("Z_"))
      throw new LogFileRefused("InvalidLogFile", "The file is not gzip, or is cut off.");
    throw reason;
  }
  split.end();
  return records;
}

/** Empty blocks make gzip that unpacks to nothing and never ends, so both sides are counted. */
async function* limited(body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > fileBytesMax)
      throw new LogFileRefused("LogFileTooLarge", `The file has more than ${fileBytesMax} bytes (${what}).`);
    yield chunk;
  }
}

function readRecord(bytes: Buffer): LogRecord {
  // Replacement characters would make two different records one.
  if (!isUtf8(bytes)) throw new LogFileRefused("InvalidLogFile", "The file is not valid UTF-8.");
  const json = bytes.toString("utf8");
  let record: Readonly<Record<string, unknown>>;
  try {
    record = JSON.parse(json);
  } catch {
    throw new LogFileRefused("InvalidLogFile", "The file is not valid JSON.");
  }
  const { eventID: eventId, eventTime, eventSource, eventName, eventCategory } = record;
  const isEvent = [eventId, eventTime, eventSource, eventName].every((member) => typeof member === "string");
  if (!isEvent || (eventId as string).length > eventIdCharsMax || eventId === "")
    throw new LogFileRefused("InvalidLogFile", "The file holds a record that is no event of CloudTrail.");
  if (!categories.includes(eventCategory))
    throw new LogFileRefused("InvalidEventCategory", "The file holds events that are not of AWS's APIs.");
  const eventTimeMs = timeOf(eventTime as string);
  if (!(eventTimeMs >= firstMs && eventTimeMs < endMs))
    throw new LogFileRefused("InvalidLogFile", "The file holds an event whose eventTime is no time.");
  return { eventId: eventId as string, eventTimeMs, json };
}

function timeOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
}
