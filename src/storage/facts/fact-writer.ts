import type { EventRow } from "../event-store.js";
import { type UnsealedRows, writeSealed } from "./encode-segments.js";
import { RecentCommits } from "./recent-commits.js";
import type { FactTable } from "./tables.js";

/** Rows that are stored together or not at all. */
export interface FactEntry {
  readonly table: FactTable;
  /**
   * Lines of a `RowWriter`, one or more to a buffer. Of `events` one row to a buffer, not ended: its last two fields,
   * commit and position, are known when its group is.
   */
  readonly rows: readonly Buffer[];
  /** Of `segments`: rows that are written when their group is, as their documents are encrypted with those of others. */
  readonly unsealed?: UnsealedRows;
  /** Of `events`: what the rows were made of, one a row. */
  readonly events?: readonly EventRow[];
  /** Of `events`: they may have been stored before. */
  readonly mayBeStored?: boolean;
}

/** Of the commits kept for who follows the stream closely: some seconds of a busy service. */
const recentBytesMax = 32 * 1024 ** 2;

/** Makes rows durable, many callers at a time. */
export interface FactWriter {
  /** Resolves once the rows are durable. Rejects with StoreUnavailable if that is not known, with StoreBusy if the
   *  queue is full and nothing was stored. */
  put(entry: FactEntry): Promise<void>;

  /** Resolves once queries of a table see every row whose `put` resolved before this was called. */
  visible(table: FactTable): Promise<void>;

  /** As `visible`, at the writer's own pace: it costs no insert that would not happen anyway. */
  settled(table: FactTable): Promise<void>;

  /** Bytes that are accepted but not in the engine yet. */
  readonly pendingBytes: number;

  /** Stores what was accepted and refuses what comes after. */
  close(): Promise<void>;
}

/** The numbers of this process's group commits of events: from 1, without gaps, in the order of becoming durable. */
export class CommitStream {
  readonly streamId: string;
  readonly recent = new RecentCommits(recentBytesMax);
  #last = 0;

  constructor(streamId: string) {
    this.streamId = streamId;
  }

  /** The highest commit that is known to be durable; 0 if none is. */
  get lastCommit(): number {
    return this.#last;
  }

  /** The entries with the places of their events. Nothing is counted until `acknowledge`. */
  place(entries: readonly FactEntry[]): readonly FactEntry[] {
    const commit = this.#last + 1;
    let position = 0;
    return entries.map((entry) =>
      entry.table === "events"
        ? {
            ...entry,
            rows: entry.rows.map((row) => Buffer.concat([row, Buffer.from(`\t${commit}\t${position++}\n`)])),
          }
        : entry,
    );
  }

  acknowledge(entries: readonly FactEntry[]): void {
    const ofEvents = entries.filter((entry) => entry.table === "events");
    if (ofEvents.length === 0) return;
    this.#last++;
    this.recent.add(this.#last, {
      events: ofEvents.flatMap((entry) => entry.events ?? []),
      bytes: ofEvents.reduce((sum, entry) => sum + bytesOf(entry), 0),
      mayBeStored: ofEvents.some((entry) => entry.mayBeStored === true || entry.events === undefined),
    });
  }
}

/** An entry's share of the limits. */
export function bytesOf(entry: FactEntry): number {
  let bytes = 0;
  for (const row of entry.rows) bytes += row.length;
  return bytes + (entry.unsealed?.bytes ?? 0);
}

/** The lines of each table. To be asked for once: what is encrypted twice is there twice. */
export function linesByTable(entries: readonly FactEntry[]): Map<FactTable, Buffer[]> {
  const lines = new Map<FactTable, Buffer[]>();
  const unsealed = entries.flatMap((entry) => entry.unsealed ?? []);
  if (unsealed.length > 0) lines.set("segments", writeSealed(unsealed));
  for (const entry of entries) {
    const ofTable = lines.get(entry.table) ?? [];
    for (const row of entry.rows) ofTable.push(row);
    lines.set(entry.table, ofTable);
  }
  return lines;
}
