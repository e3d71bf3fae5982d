import { StoreBusy, StoreUnavailable } from "../store-error.js";
import type { FactDatabase } from "./fact-database.js";
import { bytesOf, type CommitStream, type FactEntry, type FactWriter, linesByTable } from "./fact-writer.js";
import { GroupCommit } from "./group-commit.js";
import type { Journal } from "./journal.js";
import { type FactTable, factTableNames, factTables } from "./tables.js";

export interface JournaledWriterLimits {
  /** One write and sync of the journal. */
  readonly commitBytesMax: number;
  /** Rows that wait for the journal. */
  readonly queueBytesMax: number;
  /** Rows in the journal that are not in the engine: they also stand in memory, and are read again after a crash. */
  readonly pendingBytesMax: number;
  /** The engine gets rows when there are this many bytes of them, ... */
  readonly flushBytes: number;
  /** ... when the oldest has waited this long, or when somebody wants to read them. */
  readonly flushDelayMs: number;
}

export const journaledWriterLimits: JournaledWriterLimits = {
  commitBytesMax: 4 * 1024 ** 2,
  queueBytesMax: 32 * 1024 ** 2,
  pendingBytesMax: 96 * 1024 ** 2,
  flushBytes: 8 * 1024 ** 2,
  flushDelayMs: 500,
};

const retryPauseMsMax = 5_000;

/**
 * Writes for the embedded engine. An insert of the engine costs some 15 ms of CPU and a dozen syncs however few its rows
 * are, so rows become durable in a journal of ours (one sync a group) and reach the engine in large batches.
 *
 * A file of the journal goes when the engine has synced its rows. After a crash the files that are left are inserted
 * again, some rows perhaps for the second time; readers leave out what is there twice.
 */
export class JournaledWriter implements FactWriter {
  readonly #database: FactDatabase;
  readonly #journal: Journal;
  readonly #stream: CommitStream;
  readonly #limits: JournaledWriterLimits;
  readonly #group: GroupCommit<FactEntry>;
  /** Commits and rotations of the journal, one after another. */
  #journalTurn: Promise<unknown> = Promise.resolve();
  /** In the journal, not yet given to the engine. */
  #pending = new Map<FactTable, Buffer[]>();
  #pendingBytes = 0;
  /** Given to the engine, not yet known to be stored. */
  #inserting = new Map<FactTable, Buffer[]>();
  #insertingBytes = 0;
  #endedFiles: number[] = [];
  #flushing: Promise<void> | undefined;
  /** Told how the flush under way, or the next one, ended. */
  readonly #flushObservers: { resolve(): void; reject(reason: unknown): void }[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #retryPauseMs = 0;
  #closed = false;

  constructor(parts: {
    readonly database: FactDatabase;
    readonly journal: Journal;
    readonly stream: CommitStream;
    readonly limits: JournaledWriterLimits;
  }) {
    this.#database = parts.database;
    this.#journal = parts.journal;
    this.#stream = parts.stream;
    this.#limits = parts.limits;
    this.#group = new GroupCommit((entries) => this.#inJournalTurn(() => this.#commit(entries)), {
      batchBytesMax: parts.limits.commitBytesMax,
      queueBytesMax: parts.limits.queueBytesMax,
    });
  }

  /** Gives the engine what earlier processes left in the journal. To be called before anything else. */
  async recover(): Promise<void> {
    for await (const { number, entries } of this.#journal.leftOver()) {
      for (const table of factTableNames) {
        const lines = entries.filter((entry) => entry.table === table).flatMap((entry) => entry.lines);
        if (lines.length > 0) await this.#insert(table, lines);
      }
      await this.#journal.remove(number);
    }
  }

  get pendingBytes(): number {
    return this.#group.queueBytes + this.#pendingBytes + this.#insertingBytes;
  }

  put(entry: FactEntry): Promise<void> {
    if (this.#pendingBytes + this.#insertingBytes > this.#limits.pendingBytesMax)
      return Promise.reject(new StoreBusy("the engine is behind the journal"));
    return this.#group.put(entry, bytesOf(entry));
  }

  async visible(table: FactTable): Promise<void> {
    await this.#until(table, () => this.#flush());
  }

  async settled(table: FactTable): Promise<void> {
    await this.#until(table, () => {
      if (this.#closed && this.#flushing === undefined) throw new StoreUnavailable("the fact store is closed");
      return new Promise((resolve, reject) => this.#flushObservers.push({ resolve, reject }));
    });
  }

  async #until(table: FactTable, flushed: () => Promise<void>): Promise<void> {
    // A flush that is under way may have begun before the rows came: then the next one has them.
    const taken = this.#inserting.get(table);
    while (taken !== undefined && this.#inserting.get(table) === taken) await flushed();
    const waiting = this.#pending.get(table);
    while (waiting !== undefined && (this.#pending.get(table) === waiting || this.#inserting.get(table) === waiting))
      await flushed();
  }

  async close(): Promise<void> {
    await this.#group.close();
    this.#closed = true;
    clearTimeout(this.#flushTimer);
    try {
      while (this.#pendingBytes + this.#insertingBytes > 0) await this.#flush();
    } finally {
      // What the engine did not take stays in the journal for the next process.
      await this.#inJournalTurn(() => this.#journal.close());
    }
  }

  #inJournalTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#journalTurn.then(work);
    this.#journalTurn = turn.catch(() => undefined);
    return turn;
  }

  async #commit(entries: readonly FactEntry[]): Promise<void> {
    const lines = linesByTable(this.#stream.place(entries));
    try {
      await this.#journal.append([...lines].map(([table, ofTable]) => ({ table, lines: ofTable })));
    } catch (error) {
      throw new StoreUnavailable("the journal cannot be written", { cause: error });
    }
    this.#stream.acknowledge(entries);
    for (const [table, ofTable] of lines) {
      const waiting = this.#pending.get(table) ?? [];
      for (const line of ofTable) {
        waiting.push(line);
        this.#pendingBytes += line.length;
      }
      this.#pending.set(table, waiting);
    }
    if (this.#pendingBytes >= this.#limits.flushBytes) this.#flushSoon(0);
    else this.#flushSoon(this.#limits.flushDelayMs);
  }

  #flushSoon(delayMs: number): void {
    if (this.#flushing !== undefined || this.#closed) return; // looked at again when the flush ends
    if (delayMs > 0 && this.#flushTimer !== undefined) return;
    clearTimeout(this.#flushTimer);
    this.#flushTimer = setTimeout(
      () => void this.#flush().catch(() => undefined),
      Math.max(delayMs, this.#retryPauseMs),
    );
  }

  /** One at a time: joins the flush under way or begins the next. */
  #flush(): Promise<void> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flushing ??= this.#flushOnce().finally(() => {
      const ended = this.#flushing!;
      this.#flushing = undefined;
      for (const { resolve, reject } of this.#flushObservers.splice(0)) void ended.then(resolve, reject);
      if (this.#inserting.size > 0) this.#flushSoon(this.#retryPauseMs);
      else if (this.#pendingBytes >= this.#limits.flushBytes) this.#flushSoon(0);
      else if (this.#pending.size > 0) this.#flushSoon(this.#limits.flushDelayMs);
    });
    return this.#flushing;
  }

  async #flushOnce(): Promise<void> {
    // What an earlier flush could not store is tried again before anything is added to it.
    if (this.#inserting.size === 0) await this.#takePending();
    try {
      // Events are few beside segments; side by side their syncs overlap.
      await Promise.all([...this.#inserting].map(([table, lines]) => this.#insertTaken(table, lines)));
    } catch (error) {
      this.#retryPauseMs = Math.min(this.#retryPauseMs * 2 + 100, retryPauseMsMax);
      throw error instanceof StoreUnavailable
        ? error
        : new StoreUnavailable("the engine does not take what the journal holds", { cause: error });
    }
    this.#retryPauseMs = 0;
    this.#insertingBytes = 0;
    await this.#removeEndedFiles();
  }

  /** A file that cannot be removed now is removed with the next ones, or inserted again by the next process. */
  async #removeEndedFiles(): Promise<void> {
    while (this.#endedFiles.length > 0) {
      try {
        await this.#journal.remove(this.#endedFiles[0]!);
      } catch {
        return;
      }
      this.#endedFiles.shift();
    }
  }

  async #takePending(): Promise<void> {
    await this.#inJournalTurn(async () => {
      const file = await this.#journal.rotate().catch((error) => {
        throw new StoreUnavailable("the journal cannot be written", { cause: error });
      });
      if (file !== undefined) this.#endedFiles.push(file);
      this.#inserting = this.#pending;
      this.#insertingBytes = this.#pendingBytes;
      this.#pending = new Map();
      this.#pendingBytes = 0;
    });
  }

  async #insertTaken(table: FactTable, lines: readonly Buffer[]): Promise<void> {
    await this.#insert(table, lines);
    this.#inserting.delete(table);
  }

  #insert(table: FactTable, lines: readonly Buffer[]): Promise<void> {
    return this.#database.insert(table, factTables[table], Buffer.concat(lines), factTableNames.indexOf(table));
  }
}
