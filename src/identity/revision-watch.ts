import type { Clock } from "../environment.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";

/** How long another process's change of identity may go unseen. Our own are seen at once. */
export const identityCacheMsMax = 1000;

/** Every transaction that changes users, keys, roles, policies or their ties calls this. */
export async function bumpIdentityRevision(tx: SettingsTransaction): Promise<void> {
  await tx
    .updateTable("identity_revision")
    .set((row) => ({ revision: row("revision", "+", 1) }))
    .where("id", "=", 1)
    .execute();
}

/** Knows whether what was read of identities may still be used. */
export class RevisionWatch {
  readonly #settings: SettingsStore;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #revision: number | undefined;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #commits = 0;
  /** The number of our commits that the last check is known to have seen. */
  #commitsSeen = -1;
  #running: Promise<void> | undefined;

  /** @param onChange is called when identities changed, before anyone waiting in `check` goes on. */
  constructor(settings: SettingsStore, clock: Clock, onChange: () => void) {
    this.#settings = settings;
    this.#clock = clock;
    this.#onChange = onChange;
    settings.onCommit(() => {
      this.#commits++;
    });
  }

  /**
   * @returns undefined if the cache may be used now, else a promise of that. It rejects if the store is away: nobody is
   *          let in on what may be outdated.
   */
  check(): Promise<void> | undefined {
    const ageMs = this.#clock.monotonicMs() - this.#checkedMs;
    if (ageMs >= identityCacheMsMax || this.#commitsSeen < this.#commits) return this.#wait();
    // Looked up ahead of time, so that a busy process never waits for it; a failure is met by whoever must wait.
    if (ageMs >= identityCacheMsMax / 2) this.#run().catch(() => undefined);
    return undefined;
  }

  async #wait(): Promise<void> {
    const commits = this.#commits;
    do await this.#run();
    while (this.#commitsSeen < commits);
  }

  #run(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #look(): Promise<void> {
    const commits = this.#commits;
    const startedMs = this.#clock.monotonicMs();
    const { revision } = await this.#settings.read
      .selectFrom("identity_revision")
      .select("revision")
      .where("id", "=", 1)
      .executeTakeFirstOrThrow();
    if (revision !== this.#revision) this.#onChange();
    this.#revision = revision;
    this.#commitsSeen = commits;
    this.#checkedMs = startedMs;
  }
}
