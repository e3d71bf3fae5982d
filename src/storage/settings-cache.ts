import type { Clock } from "../environment.js";
import type { SettingsStore } from "./settings-store.js";

/** How long another process's change may go unseen. Those of this process are seen at once. */
export const settingsCacheMsMax = 1000;

/**
 * Settings that are looked at with every call, read at most once a second for each key and again after each commit of
 * this process. It forgets the oldest key once it is full.
 */
export class SettingsCache<Value> {
  readonly #clock: Clock;
  readonly #load: (key: string) => Promise<Value>;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly readMs: number }>();
  readonly #loading = new Map<string, Promise<Value>>();
  #generation = 0;

  constructor(parts: {
    readonly settings: SettingsStore;
    readonly clock: Clock;
    readonly entriesMax: number;
    readonly load: (key: string) => Promise<Value>;
  }) {
    this.#clock = parts.clock;
    this.#load = parts.load;
    this.#entriesMax = parts.entriesMax;
    parts.settings.onCommit(() => {
      this.#generation++;
      this.#entries.clear();
      this.#loading.clear();
    });
  }

  /** At once where it is known. Rejects if the store is away: nothing is decided on what may be outdated. */
  get(key: string): Value | Promise<Value> {
    const known = this.#entries.get(key);
    if (known !== undefined && this.#clock.monotonicMs() - known.readMs < settingsCacheMsMax) return known.value;
    const loading = this.#loading.get(key);
    if (loading !== undefined) return loading;
    const begun = this.#read(key).finally(() => {
      if (this.#loading.get(key) === begun) this.#loading.delete(key);
    });
    this.#loading.set(key, begun);
    return begun;
  }

  async #read(key: string): Promise<Value> {
    const generation = this.#generation;
    const readMs = this.#clock.monotonicMs();
    const value = await this.#load(key);
    // What was read before a commit of ours may be outdated by it: who waits has asked before it, others ask again.
    if (generation === this.#generation) {
      if (this.#entries.size >= this.#entriesMax && !this.#entries.has(key))
        this.#entries.delete(this.#entries.keys().next().value as string);
      this.#entries.set(key, { value, readMs });
    }
    return value;
  }
}
