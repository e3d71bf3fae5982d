import { setTimeout as sleep } from "node:timers/promises";
import type { SettingsQueries, SettingsStore, SettingsTransaction } from "../settings-store.js";
import { StoreUnavailable } from "../store-error.js";
import { SerialQueue } from "./serial-queue.js";
import type { SettingsTables } from "./tables.js";

/** What differs between the two databases that hold settings. */
export interface SettingsEngine {
  /** Sees what is committed and never waits for `write`. */
  readonly read: SettingsQueries;
  readonly write: SettingsQueries;
  /** True if another transaction got in the way and the same work may succeed when tried again. */
  isConflict(error: unknown): boolean;
  rewrite(tables: readonly (keyof SettingsTables)[]): Promise<void>;
  close(): Promise<void>;
}

/** Transactions of this process that wait for their turn. One takes about a millisecond, so this is some ten seconds. */
const transactionsWaitingMax = 10_000;
/** Conflicts with other processes end by themselves; after this many in a row something is wrong. */
const conflictsMax = 30;
const conflictPauseMsMax = 50;

/** The settings store over Kysely; both engines share its queue, its retries and its listeners. */
export class KyselySettings implements SettingsStore {
  readonly read: SettingsQueries;
  readonly #engine: SettingsEngine;
  readonly #turns = new SerialQueue({ waitingMax: transactionsWaitingMax });
  readonly #listeners: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(engine: SettingsEngine) {
    this.#engine = engine;
    this.read = engine.read;
  }

  transact<Result>(work: (tx: SettingsTransaction) => Promise<Result>): Promise<Result> {
    return this.#turns.run(async () => {
      const result = await this.#tryUntilNoConflict(work);
      for (const listener of this.#listeners) listener();
      return result;
    });
  }

  async #tryUntilNoConflict<Result>(work: (tx: SettingsTransaction) => Promise<Result>): Promise<Result> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await this.#engine.write.transaction().setIsolationLevel("serializable").execute(work);
      } catch (error) {
        if (!this.#engine.isConflict(error)) throw error;
        if (conflicts >= conflictsMax)
          throw new StoreUnavailable("the settings store is busy with other processes", { cause: error });
        await sleep(Math.min(2 ** conflicts, conflictPauseMsMax));
      }
    }
  }

  /** A listener must not throw: the transaction it hears of is committed and cannot be undone. */
  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  rewrite(tables: readonly (keyof SettingsTables)[]): Promise<void> {
    return this.#turns.run(() => this.#engine.rewrite(tables));
  }

  /** Finishes the transactions that were accepted. Closing again is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#turns.close().then(() => this.#engine.close());
    return this.#closing;
  }
}
