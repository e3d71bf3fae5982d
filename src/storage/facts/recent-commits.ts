import type { CommittedEvent, EventRow } from "../event-store.js";

interface Commit {
  readonly events: readonly EventRow[];
  readonly bytes: number;
  readonly mayBeStored: boolean;
}

/**
 * The last commits of this process's own stream, as they were given. Who follows the stream closely gets them from here:
 * reading a record back from the engine costs more than writing it.
 */
export class RecentCommits {
  readonly #bytesMax: number;
  readonly #commits = new Map<number, Commit>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(number: number, commit: Commit): void {
    this.#commits.set(number, commit);
    this.#bytes += commit.bytes;
    for (const [oldest, { bytes }] of this.#commits) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#commits.delete(oldest);
      this.#bytes -= bytes;
    }
  }

  /**
   * The events of a range, in order; undefined unless all of them are here and none of them may stand in the store a
   * second time.
   */
  between(afterCommit: number, untilCommit: number): CommittedEvent[] | undefined {
    const found: CommittedEvent[] = [];
    for (let number = afterCommit + 1; number <= untilCommit; number++) {
      const commit = this.#commits.get(number);
      if (commit === undefined || commit.mayBeStored) return undefined;
      for (const [position, event] of commit.events.entries()) found.push({ ...event, commit: number, position });
    }
    return found;
  }
}
