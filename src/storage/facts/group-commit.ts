import { StoreBusy, StoreUnavailable } from "../store-error.js";

export interface GroupCommitLimits {
  /** A group is closed when it has this many bytes; one entry may be larger. */
  readonly batchBytesMax: number;
  /** What waits, beyond which callers are told to slow down. */
  readonly queueBytesMax: number;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes many small writes into few large ones: while one commit is under way, the entries that come are gathered, and
 * the next commit takes them all. An entry that comes when nothing is under way does not wait for company.
 */
export class GroupCommit<Entry> {
  readonly #commit: (entries: readonly Entry[]) => Promise<void>;
  readonly #limits: GroupCommitLimits;
  #queue: Waiting<Entry>[] = [];
  #queueBytes = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param commit runs for one group at a time, in the order of arrival; all or none of a group. */
  constructor(commit: (entries: readonly Entry[]) => Promise<void>, limits: GroupCommitLimits) {
    this.#commit = commit;
    this.#limits = limits;
  }

  get queueBytes(): number {
    return this.#queueBytes;
  }

  /**
   * Resolves when the group of this entry is committed, rejects as its commit did.
   * @throws StoreBusy if the queue is full, StoreUnavailable after `close`: nothing was stored.
   */
  put(entry: Entry, bytes: number): Promise<void> {
    if (this.#closed) return Promise.reject(new StoreUnavailable("the store is closed"));
    if (this.#queueBytes > 0 && this.#queueBytes + bytes > this.#limits.queueBytesMax)
      return Promise.reject(new StoreBusy(`${this.#queueBytes} bytes wait to be stored`));
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, bytes, resolve, reject });
      this.#queueBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** Refuses what comes after and resolves once what was accepted is committed or refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Let the callers of this turn of the event loop come along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#commit(group.map(({ entry }) => entry));
        for (const { resolve } of group) resolve();
      } catch (reason) {
        for (const { reject } of group) reject(reason);
      }
    }
    this.#running = undefined;
  }

  #takeGroup(): Waiting<Entry>[] {
    let length = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      if (length > 0 && bytes + waiting.bytes > this.#limits.batchBytesMax) break;
      bytes += waiting.bytes;
      length++;
    }
    const group = this.#queue.slice(0, length);
    this.#queue = this.#queue.slice(length);
    this.#queueBytes -= bytes;
    return group;
  }
}
