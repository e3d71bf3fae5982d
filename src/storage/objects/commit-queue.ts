import { StoreBusy, StoreUnavailable } from "../store-error.js";

interface Waiting {
  readonly change: () => unknown;
  resolve(result: never): void;
  reject(reason: unknown): void;
}

/** What a group of changes is committed with; all of it synchronous but `prepare`. */
export interface GroupCommit {
  /** Makes durable what the changes refer to. */
  prepare(): Promise<void>;
  /** Runs `changes` in one durable transaction, each so that it happens whole or not at all. */
  transact(changes: () => void): void;
  /** Runs one change of the transaction: if it throws, nothing of it remains and the others go on. */
  attempt<Result>(change: () => Result): Result;
}

/** Commits changes in groups: those that come while one group is being made durable form the next one. */
export class CommitQueue {
  readonly #group: GroupCommit;
  readonly #waitingMax: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(group: GroupCommit, limits: { readonly waitingMax: number }) {
    this.#group = group;
    this.#waitingMax = limits.waitingMax;
  }

  /** Resolves with what `change` returned once it is durable; rejects with what it threw. */
  commit<Result>(change: () => Result): Promise<Result> {
    if (this.#waiting.length >= this.#waitingMax)
      return Promise.reject(new StoreBusy("Too many changes of objects wait to be made durable"));
    const done = new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
    });
    this.#running ??= this.#run();
    return done;
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupSizeMax);
      await this.#commitGroup(group);
    }
    this.#running = undefined;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const outcomes: (() => void)[] = [];
    try {
      await this.#group.prepare();
      this.#group.transact(() => {
        for (const { change, resolve, reject } of group)
          try {
            const result = this.#group.attempt(change) as never;
            outcomes.push(() => resolve(result));
          } catch (reason) {
            outcomes.push(() => reject(reason));
          }
      });
    } catch (cause) {
      for (const { reject } of group) reject(new StoreUnavailable("The index of objects cannot be written", { cause }));
      return;
    }
    for (const tell of outcomes) tell();
  }
}

/** A group is committed without a pause of the event loop, so it must not grow without bound. */
const groupSizeMax = 256;
