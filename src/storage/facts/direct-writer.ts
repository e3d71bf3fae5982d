import { StoreUnavailable } from "../store-error.js";
import type { FactDatabase } from "./fact-database.js";
import { bytesOf, type CommitStream, type FactEntry, type FactWriter, linesByTable } from "./fact-writer.js";
import { GroupCommit, type GroupCommitLimits } from "./group-commit.js";
import { engineError } from "./session.js";
import { type FactTable, factTableNames, factTables } from "./tables.js";

export const directWriterLimits: GroupCommitLimits = {
  batchBytesMax: 8 * 1024 ** 2,
  queueBytesMax: 64 * 1024 ** 2,
};

/**
 * Writes for a server that several processes share: what one has acknowledged the others must see, so every group is an
 * insert, and durable when the server says so.
 */
export class DirectWriter implements FactWriter {
  readonly #database: FactDatabase;
  readonly #stream: CommitStream;
  readonly #groups: ReadonlyMap<FactTable, GroupCommit<FactEntry>>;
  /** Placed events of which it is not known whether the server has them. */
  #unsettled: readonly FactEntry[] | undefined;

  constructor(parts: {
    readonly database: FactDatabase;
    readonly stream: CommitStream;
    readonly limits: GroupCommitLimits;
  }) {
    this.#database = parts.database;
    this.#stream = parts.stream;
    this.#groups = new Map(
      factTableNames.map((table) => [
        table,
        new GroupCommit<FactEntry>(
          (entries) => (table === "events" ? this.#commitEvents(entries) : this.#insert(table, entries)),
          parts.limits,
        ),
      ]),
    );
  }

  get pendingBytes(): number {
    let bytes = 0;
    for (const group of this.#groups.values()) bytes += group.queueBytes;
    return bytes;
  }

  put(entry: FactEntry): Promise<void> {
    return this.#groups.get(entry.table)!.put(entry, bytesOf(entry));
  }

  async visible(): Promise<void> {
    // Every acknowledged row is in the engine.
  }

  async settled(): Promise<void> {
    // As for `visible`.
  }

  async close(): Promise<void> {
    for (const group of this.#groups.values()) await group.close();
  }

  /**
   * A commit whose outcome is unknown keeps its number and stands in the way of the next until the server has it:
   * another with the same number, or a gap that is filled later, would be missed by who reads the stream.
   */
  async #commitEvents(entries: readonly FactEntry[]): Promise<void> {
    await this.#settle();
    const placed = this.#stream.place(entries);
    try {
      await this.#insert("events", placed);
    } catch (error) {
      if (!isRefusal(error)) this.#unsettled = placed;
      throw error;
    }
    this.#stream.acknowledge(placed);
  }

  async #settle(): Promise<void> {
    if (this.#unsettled === undefined) return;
    await this.#insert("events", this.#unsettled);
    this.#stream.acknowledge(this.#unsettled);
    this.#unsettled = undefined;
  }

  /** Tries once more if the outcome is unknown: rows that are there twice are read once. */
  async #insert(table: FactTable, entries: readonly FactEntry[]): Promise<void> {
    const lines = Buffer.concat(linesByTable(entries).get(table)!);
    const insert = () => this.#database.insert(table, factTables[table], lines);
    try {
      await insert().catch((error) => {
        if (isRefusal(error)) throw error;
        return insert();
      });
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      throw new StoreUnavailable(`the fact store refused rows of ${table}`, { cause: error });
    }
  }
}

/** Codes that come from the engine without saying what became of the rows: time out, network, unknown status. */
const unknownOutcomes = new Set(["159", "209", "210", "319"]);

/** True if the engine itself refused the rows, so that none of them are stored. */
function isRefusal(error: unknown): boolean {
  const said = engineError(error);
  return said !== undefined && !unknownOutcomes.has(said.code);
}
