import { StoreBusy, StoreUnavailable } from "../store-error.js";

/** Runs work one after another, in the order in which it came. */
export class SerialQueue {
  readonly #waitingMax: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(limits: { readonly waitingMax: number }) {
    this.#waitingMax = limits.waitingMax;
  }

  /**
   * @throws StoreBusy if `waitingMax` are waiting: `work` was not run.
   * @throws StoreUnavailable after `close`.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    if (this.#waiting >= this.#waitingMax)
      throw new StoreBusy(`${this.#waiting} transactions are waiting for the settings store`);
    this.#waiting++;
    const turn = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Refuses new work and resolves once what was accepted is done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }
}
