/** A map that forgets its oldest entry once it is full. */
export class BoundedCache<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#entries.size >= this.#entriesMax && !this.#entries.has(key))
      this.#entries.delete(this.#entries.keys().next().value as Key);
    this.#entries.set(key, value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
