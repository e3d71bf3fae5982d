import type { SettingsStore } from "../storage/settings-store.js";
import type { Caller } from "./caller.js";

/** AWS notes the first use of a key in so long, and no other. */
const noteEveryMs = 15 * 60_000;
const keysMax = 10_000;

interface Use {
  readonly usedMs: number;
  readonly region: string;
  readonly service: string;
}

/**
 * When long-lived keys, root's too, were last used, where and for what: the first use in 15 minutes. A call costs a look
 * into a map; what is new is stored by `flush`. A crash may lose the seconds since the last one: the record of calls
 * has them.
 */
export class KeyUses {
  readonly #settings: SettingsStore;
  readonly #notedMs = new Map<string, number>();
  readonly #waiting = new Map<string, Use>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  /** Notes a call that was proved to be the caller's. */
  note(caller: Caller, service: string, region: string, nowMs: number): void {
    if ((caller.kind !== "user" && caller.kind !== "root") || caller.sessionIssuedMs !== undefined) return;
    const { accessKeyId } = caller;
    const notedMs = this.#notedMs.get(accessKeyId);
    if (notedMs !== undefined && nowMs - notedMs < noteEveryMs && nowMs >= notedMs) return;
    if (notedMs === undefined && this.#notedMs.size >= keysMax)
      this.#notedMs.delete(this.#notedMs.keys().next().value as string);
    this.#notedMs.set(accessKeyId, nowMs);
    this.#waiting.set(accessKeyId, { usedMs: nowMs, region, service });
  }

  /** Stores what was noted. Rejects if the store is away; it is kept then. */
  async flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const uses = [...this.#waiting];
    this.#waiting.clear();
    try {
      await this.#settings.transact(async (tx) => {
        for (const [accessKeyId, { usedMs, region, service }] of uses) {
          const use = { used_ms: usedMs, region, service };
          await tx
            .insertInto("iam_key_uses")
            .values({ access_key_id: accessKeyId, ...use })
            .onConflict((conflict) =>
              conflict.column("access_key_id").doUpdateSet(use).where("iam_key_uses.used_ms", "<", usedMs),
            )
            .execute();
        }
      });
    } catch (problem) {
      for (const [accessKeyId, use] of uses) if (!this.#waiting.has(accessKeyId)) this.#waiting.set(accessKeyId, use);
      throw problem;
    }
  }
}
