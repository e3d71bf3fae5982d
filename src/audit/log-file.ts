import { createHash, type Hash } from "node:crypto";
import { createGzip, type Gzip } from "node:zlib";
import type { EventRow } from "../storage/event-store.js";

/** AWS cuts its files at 50 MB, before or after compression by the age of the text: before satisfies both. */
export const fileBytesMax = 50 * 1024 * 1024;

/** Management and data events share a folder; what is made of them has its own. */
export type LogFolder = "CloudTrail" | "CloudTrail-Insight" | "CloudTrail-NetworkActivity" | "CloudTrail-Aggregated";

/** The folder in which events of a category are delivered. */
export function folderOf(category: EventRow["category"]): LogFolder {
  switch (category) {
    case "Management":
    case "Data":
      return "CloudTrail";
    case "Insight":
      return "CloudTrail-Insight";
    case "NetworkActivity":
      return "CloudTrail-NetworkActivity";
    case "Aggregated":
      return "CloudTrail-Aggregated";
  }
}

/** A finished log file in memory. */
export interface LogFile {
  readonly region: string;
  readonly folder: LogFolder;
  /** Place among the files of its region, folder and delivery, from 0. */
  readonly part: number;
  /** One gzip member. */
  readonly body: Buffer;
  /** Hex SHA-256 of the uncompressed text. */
  readonly sha256: string;
  readonly eventCount: number;
  readonly oldestEventMs: number;
  readonly newestEventMs: number;
}

/** `[PREFIX/]AWSLogs/ACCT/` and a folder of CloudTrail's. */
function folderKey(place: { readonly prefix?: string; readonly accountId: string }, folder: string): string {
  return `${place.prefix ? `${place.prefix}/` : ""}AWSLogs/${place.accountId}/${folder}`;
}

/** Marker object that is written to test the bucket's policy: the key ends in a slash. */
export function probeKey(place: { readonly prefix?: string; readonly accountId: string }): string {
  return `${folderKey(place, "CloudTrail")}/`;
}

/**
 * Key of a log file. Date and time are the delivery's, in UTC, to the minute.
 *
 * @param identity what makes the file the one it is. Its hash is the 16-character suffix, so that a delivery that is
 *   repeated after a crash writes the same object again.
 */
export function logFileKey(
  place: {
    readonly prefix?: string;
    readonly accountId: string;
    readonly region: string;
    readonly folder: LogFolder;
  },
  timeMs: number,
  identity: readonly (string | number)[],
): string {
  const { accountId, region, folder } = place;
  const stamp = compactTime(timeMs).slice(0, 13);
  return (
    `${folderKey(place, folder)}/${region}/${dateFolders(timeMs)}/` +
    `${accountId}_${folder}_${region}_${stamp}Z_${suffixOf(identity)}.json.gz`
  );
}

/** Key of a digest: `validate-logs` slices the time out of it by position, so its form is fixed to the character. */
export function digestKey(
  place: { readonly prefix?: string; readonly accountId: string; readonly region: string },
  trail: { readonly name: string; readonly homeRegion: string },
  endMs: number,
): string {
  const { accountId, region } = place;
  return (
    `${folderKey(place, "CloudTrail-Digest")}/${region}/${dateFolders(endMs)}/` +
    `${accountId}_CloudTrail-Digest_${region}_${trail.name}_${trail.homeRegion}_${compactTime(endMs)}.json.gz`
  );
}

/** Key of a checkpoint of the tree of all records: in a folder of our own, which no reader of log files looks into. */
export function checkpointKey(
  place: { readonly prefix?: string; readonly accountId: string; readonly region: string },
  trailName: string,
  madeMs: number,
): string {
  const { accountId, region } = place;
  return (
    `${folderKey(place, "Dosimeter-Checkpoint")}/${region}/${dateFolders(madeMs)}/` +
    `${accountId}_Dosimeter-Checkpoint_${region}_${trailName}_${compactTime(madeMs)}.txt`
  );
}

/** `2026/08/01` */
function dateFolders(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll("-", "/");
}

/** `20260801T120500Z` */
function compactTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

const suffixAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** 16 characters of 62: 95 bits of the hash. */
function suffixOf(identity: readonly (string | number)[]): string {
  let number = BigInt(`0x${createHash("sha256").update(JSON.stringify(identity)).digest("hex")}`);
  let suffix = "";
  for (let place = 0; place < 16; place++) {
    suffix += suffixAlphabet[Number(number % 62n)];
    number /= 62n;
  }
  return suffix;
}

/**
 * Writes `{"Records":[…]}` into one gzip member, record by record. Only compressed bytes are kept, so that a file of
 * 50 MB takes a few.
 */
export class LogFileWriter {
  readonly #gzip: Gzip = createGzip();
  readonly #hash: Hash = createHash("sha256");
  readonly #chunks: Buffer[] = [];
  #eventCount = 0;
  #bytes = 0;
  #oldestEventMs = Number.POSITIVE_INFINITY;
  #newestEventMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly region: string,
    readonly folder: LogFolder,
    readonly part: number,
  ) {
    this.#gzip.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
  }

  /** Whether one more record stays within `fileBytesMax`. A file always takes its first. */
  hasRoomFor(recordBytes: number): boolean {
    return this.#eventCount === 0 || this.#bytes + recordBytes + "]}".length <= fileBytesMax;
  }

  async add(record: string, eventTimeMs: number): Promise<void> {
    await this.#write((this.#eventCount === 0 ? '{"Records":[' : ",") + record);
    this.#eventCount++;
    this.#oldestEventMs = Math.min(this.#oldestEventMs, eventTimeMs);
    this.#newestEventMs = Math.max(this.#newestEventMs, eventTimeMs);
  }

  /** Must have at least one record: CloudTrail writes no empty log files. */
  async finish(): Promise<LogFile> {
    await this.#write("]}");
    await new Promise<void>((resolve, reject) => {
      this.#gzip.once("end", resolve);
      this.#gzip.once("error", reject);
      this.#gzip.end();
    });
    return {
      region: this.region,
      folder: this.folder,
      part: this.part,
      body: Buffer.concat(this.#chunks),
      sha256: this.#hash.digest("hex"),
      eventCount: this.#eventCount,
      oldestEventMs: this.#oldestEventMs,
      newestEventMs: this.#newestEventMs,
    };
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
    if (!this.#gzip.write(bytes)) await new Promise((resolve) => this.#gzip.once("drain", resolve));
  }
}
