import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { FactTable } from "./tables.js";

/** Rows of one table. */
export interface JournalEntry {
  readonly table: FactTable;
  /** Whole lines of a `RowWriter`, one or more to a buffer. */
  readonly lines: readonly Buffer[];
}

/** Of the SHA-256 of a payload: enough to tell a torn or rotten record, which nobody forges in their own data folder. */
const checksumBytes = 8;
const headerBytes = 4 + checksumBytes;

/**
 * Files of rows that are durable but not yet in the engine. A record is its payload's length (4 bytes, big endian), the
 * head of its SHA-256, and the payload: the table's name, a line feed, then the rows.
 *
 * A file is only ever appended to, and removed as a whole once the engine has made its rows durable itself. Not for
 * concurrent use: calls must follow one another.
 */
export class Journal {
  readonly #folder: string;
  #number: number;
  #file: FileHandle | undefined;
  #goodBytes = 0;
  #damaged = false;

  private constructor(folder: string, number: number) {
    this.#folder = folder;
    this.#number = number;
  }

  static async open(folder: string): Promise<Journal> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const numbers = await fileNumbers(folder);
    return new Journal(folder, (numbers.at(-1) ?? 0) + 1);
  }

  /** What an earlier process left, file by file in order; a record that was not written whole ends its file. */
  async *leftOver(): AsyncGenerator<{ readonly number: number; readonly entries: readonly JournalEntry[] }> {
    for (const number of await fileNumbers(this.#folder)) {
      if (number >= this.#number) return;
      yield { number, entries: entriesOf(await readFile(this.#pathOf(number))) };
    }
  }

  /**
   * Resolves once the entries survive a loss of power. If it rejects, a later process does not see them, or only if
   * nothing more could be appended by this one.
   */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    const bytes = Buffer.concat(entries.map(recordOf));
    await this.#repair();
    this.#file ??= await this.#create();
    try {
      await this.#writeAll(bytes);
      await this.#file.datasync();
      this.#goodBytes += bytes.length;
    } catch (error) {
      this.#damaged = true;
      await this.#repair().catch(() => undefined); // else before the next append, which waits for it to succeed
      throw error;
    }
  }

  /** Ends the current file; what is appended next goes to another. Gives the number of the one that ended, if any. */
  async rotate(): Promise<number | undefined> {
    await this.#repair();
    if (this.#file === undefined) return undefined;
    await this.#file.close();
    this.#file = undefined;
    this.#goodBytes = 0;
    return this.#number++;
  }

  async remove(number: number): Promise<void> {
    await rm(this.#pathOf(number), { force: true });
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#file!.write(
        bytes,
        written,
        bytes.length - written,
        this.#goodBytes + written,
      );
      written += bytesWritten;
    }
  }

  /** After a failed append its remains are cut off; until that works nothing may follow them. */
  async #repair(): Promise<void> {
    if (!this.#damaged || this.#file === undefined) return;
    await this.#file.truncate(this.#goodBytes);
    await this.#file.datasync();
    this.#damaged = false;
  }

  async #create(): Promise<FileHandle> {
    const file = await open(this.#pathOf(this.#number), "w", 0o600);
    // The name of a new file is durable only once its folder is.
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync();
    } catch (error) {
      await file.close();
      throw error;
    } finally {
      await folder.close();
    }
    return file;
  }

  #pathOf(number: number): string {
    return path.join(this.#folder, `${String(number).padStart(12, "0")}.journal`);
  }
}

async function fileNumbers(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{12}\.journal$/.test(name));
  return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
}

function checksumOf(payload: Uint8Array): Buffer {
  return createHash("sha256").update(payload).digest().subarray(0, checksumBytes);
}

function recordOf(entry: JournalEntry): Buffer {
  const name = Buffer.from(`${entry.table}\n`);
  const record = Buffer.concat([Buffer.alloc(headerBytes), name, ...entry.lines]);
  record.writeUInt32BE(record.length - headerBytes, 0);
  checksumOf(record.subarray(headerBytes)).copy(record, 4);
  return record;
}

function entriesOf(file: Buffer): JournalEntry[] {
  const entries: JournalEntry[] = [];
  let offset = 0;
  while (offset + headerBytes <= file.length) {
    const end = offset + headerBytes + file.readUInt32BE(offset);
    if (end > file.length) break;
    const payload = file.subarray(offset + headerBytes, end);
    if (!checksumOf(payload).equals(file.subarray(offset + 4, offset + headerBytes))) break;
    const nameEnd = payload.indexOf("\n");
    entries.push({ table: payload.toString("utf8", 0, nameEnd) as FactTable, lines: [payload.subarray(nameEnd + 1)] });
    offset = end;
  }
  return entries;
}
